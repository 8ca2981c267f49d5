import { PlinthError } from '../../errors/plinth-error.ts'
import { statementsOf, type Token } from '../../sql/tokens.ts'

/** The maximum number of parameters, which the protocol counts in two bytes. */
export const mostParams = 65_535

const mayCopy = /\bcopy\b[^;]*\bfrom\s+stdin\b/i

/** True if the text contains a COPY that waits for rows to be sent after it. */
const copiesIn = (text: string): boolean =>
  mayCopy.test(text) &&
  statementsOf(text).some(
    ({ tokens }) =>
      isWord(tokens[0], 'copy') &&
      tokens[1]?.text !== '(' &&
      tokens.some((token, at) => isWord(token, 'from') && isWord(tokens[at + 1], 'stdin')),
  )

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.text === word

/**
 * Refuses a statement that no driver can send, or that would consume the statements sent after it.
 *
 * @throws {PlinthError} `PLINTH_STATEMENT_REFUSED`, 500
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
export function refuseUnsendable(text: string, params: readonly unknown[]): void {
  if (params.length > mostParams)
    throw new PlinthError(
      'PLINTH_STATEMENT_REFUSED',
      `A statement has ${params.length} parameters, and Postgres accepts at most ${mostParams}: split it, or pass the values as one array`,
    )
  if (params.length === 0 && copiesIn(text))
    throw new PlinthError(
      'PLINTH_STATEMENT_REFUSED',
      'COPY … FROM STDIN waits for rows that a statement cannot send: insert them with insert(…).values(rows), or use your own client, such as pg with pg-copy-streams',
    )
}
