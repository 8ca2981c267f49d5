import { statementsOf, type SqlStatement, type Token } from '../../../../sql/tokens.ts'
import { quoteIdentifier } from '../../../../sql/quote-identifier.ts'
import type { PreparedStatements } from './prepared-statements.ts'
import type { SessionEpoch } from './prepared-statements.ts'

/** The changes of a client in the session that it shares with all others. */
export interface ClientSession {
  readonly prepared: PreparedStatements
  readonly epoch: SessionEpoch
  /** The channels of LISTEN. */
  readonly channels: Set<string>
  /** True once it ran a statement that may change a setting. */
  changesSettings: boolean
  /** True after RESET ALL, until the transaction ends. */
  resetsSettings: boolean
  /** The settings it changed whose names Postgres does not know, such as `app.user`. */
  readonly customSettings: Set<string>
  /** True once it took an advisory lock. */
  locks: boolean
}

/** An SQL text in the form in which it may run. */
export interface AdaptedText {
  readonly text: string
  /** Set for COPY … FROM STDIN. The text reads `/dev/blob` instead, which PGlite fills. */
  readonly copy?: { readonly isBinary: boolean }
  /** Set for the gateway's own command: the file to write an archive of the data to. */
  readonly dumpTo?: string
  /** True if it is a single statement that returns rows, so that it can run in parts. */
  readonly isQuery: boolean
}

/** Returns the text to run instead of a statement; undefined to run it as it is. */
type Rule = (statement: SqlStatement, session: ClientSession) => string | undefined

const word = ({ tokens }: SqlStatement, at: number): string => {
  const token = tokens[at]
  return token?.kind === 'word' ? token.text : ''
}

const changesSettings: Rule = (_, session) => {
  session.changesSettings = true
  return undefined
}

/** Resets the settings when the client gives the session back, because the app's are among them. */
function resetAll(session: ClientSession): string {
  session.changesSettings = true
  session.resetsSettings = true
  return 'reset statement_timeout'
}

const setsSetting: Rule = (statement, session) => {
  const { tokens } = statement
  const at = word(statement, 1) === 'session' ? 2 : 1
  if (tokens[at + 1]?.text === '.')
    session.customSettings.add(`${tokens[at]?.text}.${tokens[at + 2]?.text}`)
  return changesSettings(statement, session)
}

/** Notes a call of a function that changes the session. */
function noteCall(
  { kind, text }: Token,
  [, argument]: readonly (Token | undefined)[],
  session: ClientSession,
): void {
  if (kind !== 'word') return
  if (locking.test(text)) session.locks = true
  if (text !== 'set_config') return
  session.changesSettings = true
  const name = argument?.kind === 'string' ? unquoted(argument.text) : ''
  if (name.includes('.')) session.customSettings.add(name)
}

/** Replaces a token. */
const replaced = ({ text }: SqlStatement, { start, end }: Token, by: string): string =>
  text.slice(0, start) + by + text.slice(end)

/** Replaces the name of a prepared statement. */
const renames =
  (find: (session: ClientSession, name: string) => string): Rule =>
  (statement, session) => {
    const name = statement.tokens[word(statement, 1) === 'prepare' ? 2 : 1]
    if (name === undefined) return undefined
    return replaced(statement, name, quoteIdentifier(find(session, name.text)))
  }

const execute = renames(({ prepared }, name) => prepared.find(name))
const deallocate = renames(({ prepared }, name) => prepared.drop(name))

/** A statement that raises an error, so that Postgres ends the transaction as after any other. */
export const raise = (code: string, message: string): string =>
  `do $plinth$begin raise exception using errcode = '${code}', message = '${message.replaceAll("'", "''")}'; end$plinth$`

const temporary = raise(
  '0A000',
  'All clients of an embedded database share one session, so a temporary table must be dropped with its transaction: add ON COMMIT DROP, create an ordinary table, or use a Postgres server',
)

const isTemp = (text: string): boolean => text === 'temp' || text === 'temporary'

const isTemporary = (statement: SqlStatement): boolean => {
  const { tokens } = statement
  const has = (...words: readonly string[]): boolean =>
    tokens.some((_, at) => words.every((text, next) => word(statement, at + next) === text))
  if (has('into', 'temp') || has('into', 'temporary')) return true
  if (word(statement, 0) !== 'create' || has('on', 'commit', 'drop')) return false
  return tokens.slice(1, 5).some(({ kind, text }) => kind === 'word' && isTemp(text))
}

/** By the first word of a statement. */
const rules: Readonly<Record<string, Rule>> = {
  set: (statement, session) =>
    ['local', 'transaction', 'constraints'].includes(word(statement, 1))
      ? undefined
      : setsSetting(statement, session),
  reset: (statement, session) => {
    session.changesSettings = true
    return word(statement, 1) === 'all' ? resetAll(session) : undefined
  },
  do: changesSettings,
  call: changesSettings,
  discard: (statement, session) => {
    session.epoch.value += 1
    if (word(statement, 1) !== 'all') return undefined
    session.prepared.clear()
    session.channels.clear()
    // The rest of it would affect the other clients.
    return resetAll(session)
  },
  prepare: (statement, session) =>
    word(statement, 1) === 'transaction'
      ? undefined
      : renames(({ prepared }, name) => prepared.prepare(name))(statement, session),
  execute,
  deallocate: (statement, session) => {
    if (!statement.tokens.slice(1, 3).some((_, at) => word(statement, at + 1) === 'all'))
      return deallocate(statement, session)
    session.epoch.value += 1
    session.prepared.clear()
    return undefined
  },
  listen: ({ tokens }, { channels }) => {
    if (tokens[1] !== undefined) channels.add(tokens[1].text)
    return undefined
  },
  unlisten: ({ tokens }, { channels }) => {
    const name = tokens[1]?.text ?? ''
    if (name === '*') channels.clear()
    else channels.delete(name)
    // Another client may listen to the same channel.
    return 'unlisten plinth_nothing'
  },
}

const queries = new Set(['select', 'table', 'values', 'with', '('])
const locking = /^pg_(?:try_)?advisory_lock/

/** Rewrites what would affect the other clients of the session, and notes what a client changes in it. */
export function adaptText(text: string, session: ClientSession): AdaptedText {
  const statements = statementsOf(text)
  const [first] = statements
  if (first === undefined) return { text, isQuery: false }
  for (const { tokens } of statements)
    for (const [at, token] of tokens.entries())
      noteCall(token, [tokens[at + 1], tokens[at + 2]], session)
  const own = statements.map((statement) =>
    isTemporary(statement) ? temporary : rules[word(statement, 0)]?.(statement, session),
  )
  if (statements.length === 1) return adaptOne(first, { text, own: own[0] })
  const isCopy = statements.some((statement) => stdinOf(statement) !== undefined)
  if (isCopy) return { text: severalCopies, isQuery: false }
  if (own.every((one) => one === undefined)) return { text, isQuery: false }
  return { text: statements.map((one, at) => own[at] ?? one.text).join(';\n'), isQuery: false }
}

const severalCopies = raise(
  '0A000',
  'COPY … FROM STDIN must be sent alone, without other statements in the same text',
)

interface Single {
  readonly text: string
  readonly own: string | undefined
}

function adaptOne(statement: SqlStatement, { text, own }: Single): AdaptedText {
  if (own !== undefined) return { text: own, isQuery: false }
  const { tokens } = statement
  const stdin = stdinOf(statement)
  if (stdin !== undefined) {
    const isBinary = tokens.some(({ kind, text: name }) => kind === 'word' && name === 'binary')
    return { text: replaced(statement, stdin, "'/dev/blob'"), copy: { isBinary }, isQuery: false }
  }
  if (word(statement, 0) === 'plinth' && word(statement, 1) === 'dump' && tokens.length === 3)
    return { text, dumpTo: unquoted(tokens[2]?.text ?? ''), isQuery: false }
  return { text, isQuery: queries.has(tokens[0]?.text ?? '') }
}

const unquoted = (literal: string): string => literal.slice(1, -1).replaceAll("''", "'")

/** The word STDIN of a COPY … FROM STDIN. */
function stdinOf(statement: SqlStatement): Token | undefined {
  if (word(statement, 0) !== 'copy') return undefined
  const at = statement.tokens.findIndex((_, at) => word(statement, at) === 'stdin')
  return word(statement, at - 1) === 'from' ? statement.tokens[at] : undefined
}
