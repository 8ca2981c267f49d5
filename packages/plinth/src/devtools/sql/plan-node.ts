import type { PlanNode } from './sql.types.ts'

/** A node of a plan as Postgres writes it. */
export type RawNode = Readonly<Record<string, unknown>> & { readonly Plans?: readonly RawNode[] }

/** The properties that say what a node compares and sorts by. */
const conditions = [
  'Index Cond',
  'Recheck Cond',
  'Filter',
  'Join Filter',
  'Hash Cond',
  'Merge Cond',
  'Sort Key',
  'Group Key',
] as const

/** A condition or the keys of a sort, with their name; nothing if the node has none. */
function conditionOf(raw: RawNode, name: string): string[] {
  const value = raw[name]
  const text = Array.isArray(value) ? value.map(String).join(', ') : textOf(raw, name)
  return text === '' ? [] : [`${name}: ${text}`]
}

/** A text of a node; empty if it has none. */
export function textOf(raw: RawNode, name: string): string {
  const value = raw[name]
  return typeof value === 'string' ? value : ''
}

const numberOf = (raw: RawNode, name: string): number => Number(raw[name] ?? 0)

/** Turns a node of a plan into the form that the page shows. */
export function planNode(raw: RawNode): PlanNode {
  const hasRun = raw['Actual Rows'] !== undefined
  const loops = numberOf(raw, 'Actual Loops')
  return {
    title: titleOf(raw),
    estimated: numberOf(raw, 'Plan Rows'),
    rows: hasRun ? numberOf(raw, 'Actual Rows') * Math.max(1, loops) : null,
    removed: removedBy(raw) * Math.max(1, loops),
    loops: Math.max(1, loops),
    ms: hasRun ? numberOf(raw, 'Actual Total Time') * Math.max(1, loops) : null,
    hit: numberOf(raw, 'Shared Hit Blocks'),
    read: numberOf(raw, 'Shared Read Blocks'),
    conditions: conditions.flatMap((name) => conditionOf(raw, name)),
    children: (raw.Plans ?? []).map(planNode),
  }
}

/** Rows that were read and dropped, per loop. */
export const removedBy = (raw: RawNode): number =>
  numberOf(raw, 'Rows Removed by Filter') + numberOf(raw, 'Rows Removed by Index Recheck')

function titleOf(raw: RawNode): string {
  const part = (before: string, name: string): string => {
    const text = textOf(raw, name)
    return text === '' ? '' : `${before}${text}`
  }
  const join = part(' ', 'Join Type')
  return `${textOf(raw, 'Node Type')}${join}${part(' using ', 'Index Name')}${part(' on ', 'Relation Name')}`
}
