import { is } from 'drizzle-orm'
import {
  getMaterializedViewConfig,
  getTableConfig,
  getViewConfig,
  isPgEnum,
  isPgMaterializedView,
  isPgSequence,
  isPgView,
  PgRole,
  PgSchema,
  PgTable,
} from 'drizzle-orm/pg-core'
import { isDeepStrictEqual } from 'node:util'
import { PlinthError } from '../../errors/plinth-error.ts'
import { exportingFiles } from './exporting-files.ts'

/** The entity that an export declares. */
interface Declared {
  readonly kind: 'table' | 'view' | 'enum' | 'sequence' | 'schema' | 'role'
  readonly name: string
  readonly schema?: string | undefined
  /** A second declaration with the same content is the same entity. Default: only the object itself is. */
  readonly content?: unknown
}

/** An export, by the name under which it was found first. */
interface Found extends Declared {
  readonly exported: string
  readonly value: unknown
}

function declaredBy(value: unknown): Declared | undefined {
  if (isPgEnum(value))
    return { kind: 'enum', name: value.enumName, schema: value.schema, content: value.enumValues }
  if (is(value, PgTable)) return { kind: 'table', ...named(getTableConfig(value)) }
  if (isPgView(value)) return { kind: 'view', ...named(getViewConfig(value)) }
  if (isPgMaterializedView(value))
    return { kind: 'view', ...named(getMaterializedViewConfig(value)) }
  if (isPgSequence(value))
    return { kind: 'sequence', name: value.seqName ?? '', schema: value.schema }
  if (is(value, PgSchema)) return { kind: 'schema', name: value.schemaName, content: true }
  return is(value, PgRole) ? { kind: 'role', name: value.name, content: { ...value } } : undefined
}

const named = ({ name, schema }: { name: string; schema?: string | undefined }) => ({
  name,
  schema,
})

/** Tables, views and sequences share their names; so do the other kinds among themselves. */
const keyOf = ({ kind, name, schema = 'public' }: Declared): string =>
  JSON.stringify([/^(table|view|sequence)$/.test(kind) ? 'relation' : kind, schema, name])

const isSame = (one: Found, other: Found): boolean =>
  one.kind === other.kind &&
  one.content !== undefined &&
  isDeepStrictEqual(one.content, other.content)

/**
 * The exports of a models module, each once: a table may have several names, as with a default export.
 *
 * @param file - the module's file, for the error
 * @throws {PlinthError} `PLINTH_MODEL_INVALID`: two different tables, views, enums or sequences have one name
 */
export async function distinctModels(
  models: Readonly<Record<string, unknown>>,
  file?: string,
): Promise<Readonly<Record<string, unknown>>> {
  const known = new Map<string, Found>()
  const distinct: Record<string, unknown> = {}
  const values = new Set<unknown>()
  for (const [exported, value] of Object.entries(models)) {
    if (values.has(value)) continue
    values.add(value)
    const declared = declaredBy(value)
    if (declared === undefined) {
      distinct[exported] = value
      continue
    }
    const found: Found = { ...declared, exported, value }
    const before = known.get(keyOf(found))
    if (before === undefined) {
      known.set(keyOf(found), found)
      distinct[exported] = value
    } else if (!isSame(before, found)) throw await twice(before, found, file)
  }
  return distinct
}

async function twice(one: Found, other: Found, file: string | undefined): Promise<PlinthError> {
  const files = await exportingFiles(file, [one.value, other.value])
  const told = ({ exported, kind, value }: Found): string => {
    const path = files.get(value)
    const name = /^\d+$/.test(exported) ? `models[${exported}]` : exported
    return `${name} (${kind}${path === undefined ? '' : `, ${path}`})`
  }
  const { schema, name } = other
  return new PlinthError(
    'PLINTH_MODEL_INVALID',
    `Two exports of the models declare "${schema === undefined ? '' : `${schema}.`}${name}": ${told(one)} and ${told(other)}. Rename one of them, or export only one`,
  )
}
