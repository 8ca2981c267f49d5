import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { PlinthError } from '../errors/plinth-error.ts'
import { lineCommentsOf, statementsOf, tokensOf } from '../sql/tokens.ts'

/** A part of a migration that is applied as a whole, or not at all. */
export interface MigrationStep {
  /**
   * How its statements run.
   *
   * `transaction`: all statements in one transaction. `alone`: a single statement outside a
   * transaction. `batches`: a statement that is repeated, each time in its own transaction, until it
   * changes no row.
   */
  readonly kind: 'transaction' | 'alone' | 'batches'
  readonly statements: readonly string[]
}

/** A migration in the folder. */
export interface Migration {
  /** Its folder's name, such as `20260101000000_add_notes`. */
  readonly name: string
  /** The path of its SQL file. */
  readonly file: string
  readonly text: string
  /** SHA-256 of the text, as drizzle-kit's migrator stores it. */
  readonly hash: string
  readonly steps: readonly MigrationStep[]
  /** The rules that its author allows it to break: `-- plinth:allow drop-column`. */
  readonly allowed: readonly string[]
}

/** The line comment that separates two statements of a file. Elsewhere, as in a string, it is text. */
export const breakpoint = '--> statement-breakpoint'

const failed = (message: string): PlinthError => new PlinthError('PLINTH_MIGRATION_FAILED', message)

/**
 * Reads the migrations of a folder, in the order in which they are applied.
 *
 * @throws {PlinthError} `PLINTH_MIGRATION_FAILED`: the folder does not exist, or an older drizzle-kit wrote it
 */
export function readMigrations(folder: string): Migration[] {
  const at = `The migrations in ${resolve(folder)}`
  if (!existsSync(folder)) throw failed(`${at} are not there: make them with plinth db generate`)
  if (existsSync(join(folder, 'meta', '_journal.json')))
    throw failed(`${at} are of an older drizzle-kit: convert them with drizzle-kit up`)
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'migration.sql')))
    .toSorted((a, b) => a.localeCompare(b))
    .map((name) => {
      const file = join(folder, name, 'migration.sql')
      return readMigration(name, file, readFileSync(file, 'utf8'))
    })
}

/** Parses the text of a migration. */
export function readMigration(name: string, file: string, text: string): Migration {
  return {
    name,
    file,
    text,
    hash: hashOf(text),
    steps: stepsOf(text),
    allowed: marksIn(text, /^--\s*plinth:allow\s+(.+)$/).flatMap((rules) =>
      rules.split(/[\s,]+/).filter((rule) => rule !== ''),
    ),
  }
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Returns true if a text has this hash, with either kind of line ending: a checkout may change those. */
export const isSameText = (text: string, hash: string): boolean =>
  [text, text.replaceAll('\r\n', '\n'), text.replaceAll(/\r?\n/g, '\r\n')].some(
    (one) => hashOf(one) === hash,
  )

/** The time that a migration's name begins with, in milliseconds; 0 if it does not begin with one. */
export function instantOf(name: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name) ?? []
  const [year = 1970, month = 1, ...rest] = parts.map(Number)
  return parts.length === 0 ? 0 : Date.UTC(year, month - 1, ...rest)
}

/** The values of the line comments of a form. */
const marksIn = (text: string, form: RegExp): string[] =>
  lineCommentsOf(text).flatMap((comment) => form.exec(comment.text)?.[1] ?? [])

/** Splits a text at its breakpoints. */
function chunksOf(text: string): string[] {
  const breaks = lineCommentsOf(text).filter((comment) => comment.text.startsWith(breakpoint))
  const starts = [0, ...breaks.map(({ end }) => end)]
  return starts.map((start, at) => text.slice(start, breaks[at]?.start))
}

function stepsOf(text: string): MigrationStep[] {
  const steps: { kind: MigrationStep['kind']; statements: string[] }[] = []
  for (const chunk of chunksOf(text)) {
    for (const { kind, statement } of partsOf(chunk)) {
      const last = steps.at(-1)
      if (kind === 'transaction' && last?.kind === kind) last.statements.push(statement)
      else steps.push({ kind, statements: [statement] })
    }
  }
  return steps
}

interface MarkedStatement {
  readonly kind: MigrationStep['kind']
  readonly statement: string
}

function partsOf(chunk: string): MarkedStatement[] {
  const statements = statementsOf(chunk)
  const [marked] = marksIn(chunk, /^--\s*plinth:(alone|batches)\s*$/) as MarkedStatement['kind'][]
  if (marked !== undefined) return statements.map(({ text }) => ({ kind: marked, statement: text }))
  // Kept as one text if possible, so that Postgres decides where its statements end.
  if (!statements.some(({ text }) => mustBeAlone(text)))
    return statements.length === 0 ? [] : [{ kind: 'transaction', statement: chunk.trim() }]
  return statements.map(({ text }) => ({
    kind: mustBeAlone(text) ? 'alone' : 'transaction',
    statement: text,
  }))
}

/** Returns true for a statement that Postgres refuses inside a transaction. */
function mustBeAlone(statement: string): boolean {
  const words = tokensOf(statement).map(({ kind, text }) => (kind === 'word' ? text : ''))
  const [first = '', second = '', third = ''] = words
  if (['create', 'drop', 'reindex'].includes(first)) {
    const isIndex = [second, third].includes('index') || first === 'reindex'
    return (isIndex && words.includes('concurrently')) || second === 'database'
  }
  return first === 'vacuum' || (first === 'alter' && second === 'system')
}
