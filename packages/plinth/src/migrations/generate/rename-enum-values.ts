import { quoteIdentifier } from '../../sql/quote-identifier.ts'
import type { Entity, Snapshot } from './drizzle-kit.ts'
import type { Rename } from './read-rename.ts'

type EnumEntity = Extract<Entity, { readonly entityType: 'enums' }>

const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`

const isIn = ({ schema, name }: EnumEntity, path: readonly string[]): boolean =>
  path.join('.') === name || path.join('.') === `${schema}.${name}`

/** A state whose enums have their new values, and the statements and renames that lead there. */
export interface RenamedValues {
  readonly before: Snapshot
  readonly statements: readonly string[]
  /** The renames of anything else. */
  readonly others: readonly Rename[]
}

/** Renames values of enums, such as `level.low:level.minor`: rows, checks and indexes follow by themselves. */
export function renameEnumValues(
  before: Snapshot,
  after: Snapshot,
  renames: readonly Rename[],
): RenamedValues {
  const enums = (state: Snapshot): EnumEntity[] =>
    state.ddl.filter((entity): entity is EnumEntity => entity.entityType === 'enums')
  return renames.reduce<RenamedValues>(
    (done, rename) => {
      const [old, now] = [rename.from.at(-1) ?? '', rename.to.at(-1) ?? '']
      const has = (state: Snapshot, { from, to }: Rename, value: string): EnumEntity | undefined =>
        enums(state).find(
          (one) =>
            isIn(one, from.slice(0, -1)) &&
            isIn(one, to.slice(0, -1)) &&
            one.values.includes(value),
        )
      const found = has(done.before, rename, old)
      if (found === undefined || has(after, rename, now) === undefined)
        return { ...done, others: [...done.others, rename] }
      const name = [found.schema, found.name].filter((part) => part !== 'public')
      const text = `ALTER TYPE ${name.map(quoteIdentifier).join('.')} RENAME VALUE ${literal(old)} TO ${literal(now)}`
      const ddl = done.before.ddl.map((entity) => renamedIn(entity, found, [old, now]))
      return { ...done, before: { ...done.before, ddl }, statements: [...done.statements, text] }
    },
    { before, statements: [], others: [] },
  )
}

function renamedIn(entity: Entity, { schema, name }: EnumEntity, [old, now]: [string, string]) {
  if (entity.entityType === 'enums' && entity.schema === schema && entity.name === name)
    return { ...entity, values: entity.values.map((value) => (value === old ? now : value)) }
  const isOfType =
    entity.entityType === 'columns' &&
    entity.type === name &&
    (entity.typeSchema ?? 'public') === schema
  if (!isOfType || entity.default !== literal(old)) return entity
  return { ...entity, default: literal(now) }
}
