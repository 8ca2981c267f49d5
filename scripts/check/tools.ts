import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { emittedTypes } from './emitted-types.ts'
import type { Check, Finding } from './finding.ts'

const tsc = 'node_modules/typescript/bin/tsc'
const tscOptions = ['--singleThreaded', '--pretty', 'false']

/** Checks that run a tool; the output of a failed run is the finding. */
export const toolChecks: readonly Check[] = [
  {
    name: 'format',
    proves: 'all files are formatted with oxfmt',
    run: (root) => runTool(root, ['node_modules/oxfmt/bin/oxfmt', '--check', '.']),
  },
  {
    name: 'lint',
    proves: 'oxlint with type information; sizes of files and functions',
    run: (root) =>
      runTool(root, [
        'node_modules/oxlint/bin/oxlint',
        '--type-aware',
        '--deny-warnings',
        '--format=unix',
      ]),
  },
  {
    name: 'types',
    proves:
      'tsc accepts sources, tests, type tests and scripts, and the frontend in its own project',
    run: (root) =>
      compileEach(
        root,
        ['.', 'apps/web', 'packages/plinth/devpage', 'packages/create-plinth/template-web']
          .map((folder) => join(folder, 'tsconfig.json'))
          .filter((project) => existsSync(join(root, project))),
      ),
  },
  {
    name: 'declarations',
    proves: 'declaration files can be emitted: the type of every public name can be named',
    run: async (root) => {
      const found: Finding[] = []
      for (const project of globSync('packages/*/tsconfig.build.json', { cwd: root }))
        await emittedTypes(join(root, project)).catch(({ message }: Error) =>
          found.push({ message }),
        )
      return found
    },
  },
]

async function compileEach(root: string, projects: readonly string[]): Promise<readonly Finding[]> {
  const found: Finding[] = []
  for (const project of projects)
    found.push(...(await runTool(root, [tsc, ...tscOptions, '--project', project])))
  return found
}

/** Runs a tool of `node_modules` in the root. An exit code of 0 means no findings. */
export function runTool(root: string, args: readonly string[]): Promise<readonly Finding[]> {
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024, timeout: 600_000 }
  return new Promise((resolve) =>
    execFile(process.execPath, [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve([])
      const output = `${stdout}${stderr}`.trim()
      resolve([{ message: output || `${args.join(' ')} ended with ${error.code ?? error.signal}` }])
    }),
  )
}
