import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import type { Check, Finding } from './finding.ts'

const tsc = 'node_modules/typescript/bin/tsc'
const tscOptions = ['--singleThreaded', '--pretty', 'false']

/** The tools that others wrote; what they print is the finding. */
export const toolChecks: readonly Check[] = [
  {
    name: 'format',
    proves: 'oxfmt would change nothing',
    run: (root) => runTool(root, ['node_modules/oxfmt/bin/oxfmt', '--check', '.']),
  },
  {
    name: 'lint',
    proves: 'oxlint, with types; file and function sizes',
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
    proves: 'tsc, with tests, type tests and scripts; the frontend as its bundler sees it',
    run: (root) =>
      ['.', 'apps/web', 'packages/create-plinth/template-web']
        .map((folder) => join(folder, 'tsconfig.json'))
        .filter((project) => existsSync(join(root, project)))
        .flatMap((project) => runTool(root, [tsc, ...tscOptions, '--project', project])),
  },
  {
    name: 'declarations',
    proves: 'what is published can be declared: every type that a public name has can be named',
    run: (root) =>
      globSync('packages/*/tsconfig.build.json', { cwd: root }).flatMap((project) =>
        runTool(root, [tsc, ...tscOptions, '--noEmit', '--project', project]),
      ),
  },
]

/** Runs a tool of `node_modules` in the root; no finding where it exits with 0. */
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
