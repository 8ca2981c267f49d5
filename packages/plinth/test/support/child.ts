import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { shortLived } from './short-lived.ts'

/** A child process, for tests of whole processes. */
export interface Child {
  readonly process: ChildProcess
  /** Resolves when this text was printed. */
  printed(text: string): Promise<void>
  /** Resolves with its output and exit code. */
  ended(): Promise<{ code: number | null; output: string }>
}

/** Runs a script; `database`, `migrate` and the like are imported by the names given, from files relative to `src`. */
export function child(script: string, imports: Readonly<Record<string, string>> = {}): Child {
  const all = { database: 'database/database.ts', ...imports }
  const head = Object.entries(all)
    .map(
      ([name, file]) =>
        `import { ${name} } from '${new URL(`../../src/${file}`, import.meta.url).href}'`,
    )
    .join('\n')
  const started = spawn(
    process.execPath,
    [
      ...(script.includes('pglite:') ? shortLived : []),
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      `${head}\n${script}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  started.stdout.on('data', (text: Buffer) => (output += text.toString()))
  started.stderr.on('data', (text: Buffer) => (output += text.toString()))
  const closed = once(started, 'close')
  return {
    process: started,
    printed: async (text) => {
      while (!output.includes(text)) {
        if (started.exitCode !== null || started.signalCode !== null)
          throw new Error(`It ended before it printed "${text}":\n${output}`)
        await Promise.race([once(started.stdout, 'data'), closed])
      }
    },
    ended: async () => {
      const [code] = (await closed) as [number | null]
      return { code, output }
    },
  }
}
