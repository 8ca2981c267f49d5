import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../own-package.ts'
import { ok, warning, type Finding } from './finding.ts'

/** Compares the block for coding assistants in AGENTS.md with the version of this package. */
export function agentsFindings(text: string, own: string): Finding[] {
  const [, theirs] = /<!-- BEGIN:plinth (\S+) -->/.exec(text) ?? []
  if (theirs === undefined) return []
  if (!isOlder(theirs, own))
    return [ok('agents-outdated', `AGENTS.md has the rules of Plinth ${theirs}`)]
  return [
    warning(
      'agents-outdated',
      `AGENTS.md has the rules of Plinth ${theirs}, and the service uses ${own}`,
      'Replace its block, from BEGIN:plinth to END:plinth, by that of node_modules/plinth/AGENTS.md',
    ),
  ]
}

/** Checks AGENTS.md of the service, if there is one. */
export function checkAgents(root: string): Finding[] {
  const file = join(root, 'AGENTS.md')
  return existsSync(file) ? agentsFindings(readFileSync(file, 'utf8'), version) : []
}

/** Compares two versions by their numbers. A prerelease counts as its release. */
function isOlder(one: string, other: string): boolean {
  const numbers = (text: string): number[] => text.split(/[.-]/, 3).map((part) => Number(part) || 0)
  const [a, b] = [numbers(one), numbers(other)]
  const at = a.findIndex((part, index) => part !== b[index])
  return at !== -1 && a[at]! < (b[at] ?? 0)
}
