import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
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
      ['.', 'apps/web', 'packages/create-plinth/template-web']
        .map((folder) => join(folder, 'tsconfig.json'))
        .filter((project) => existsSync(join(root, project)))
        .flatMap((project) => runTool(root, [tsc, ...tscOptions, '--project', project])),
  },
  {
    name: 'declarations',
    proves: 'declaration files can be emitted: the type of every public name can be named',
    run: (root) =>
      globSync('packages/*/tsconfig.build.json', { cwd: root }).flatMap((project) =>
        runTool(root, [tsc, ...tscOptions, '--noEmit', '--project', project]),
      ),
  },
]

/** Runs a tool of `node_modules` in the root. An exit code of 0 means no findings. */
export function runTool(root: string, args: readonly string[]): readonly Finding[] {
  const tool = spawnSync(process.execPath, [...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 300_000,
  })
  if (tool.status === 0) return []
  const output = `${tool.stdout ?? ''}${tool.stderr ?? ''}`.trim()
  return [{ message: output || `${args.join(' ')} ended with ${tool.status ?? tool.signal}` }]
}
