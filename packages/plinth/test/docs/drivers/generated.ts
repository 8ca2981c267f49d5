import type { Drive } from './driver.types.ts'

/** Makes these files of the page the models and the app of `plinth` in its folder. */
export function useModels({ write }: Drive, models: string, api = 'empty.ts'): void {
  write('package.json', JSON.stringify({ type: 'module', plinth: { models, api } }))
  write(
    'empty.ts',
    `import { app } from 'plinth'\nexport const api = app({ title: 'Tasks', routes: {} })\n`,
  )
}

/** The statements that `plinth db generate` printed, without its marks. */
export const statementsOf = (output: string): string[] =>
  output
    .split(/^--> statement-breakpoint$|^wrote /m)
    .slice(0, -1)
    .map((statement) => statement.replaceAll(/^-- .*$/gm, '').trim())
