import { closeCodeOf, closeCodes } from '../errors/socket-close.ts'
import { meaningOf } from './problem-schemas.ts'
import type { PreparedSocket } from './operation-of.ts'

/** The codes with which a server ends any socket. */
const general: Readonly<Record<number, string>> = {
  [closeCodes.done]: 'Normal end',
  1002: 'A frame breaks the WebSocket protocol',
  [closeCodes.unsupported]: 'Binary data, or a message to a socket that takes none',
  [closeCodes.malformed]: 'A message is not JSON, or not UTF-8',
  [closeCodes.tooLarge]: 'A message is too large',
  [closeCodes.failed]: 'The server failed',
  [closeCodes.restart]: 'The server is restarting: connect again',
  [closeCodes.tooFast]: 'Too many messages per second: connect again later',
}

/** The close codes of a socket, with their meanings: general ones, declared errors as 4000 + status, and its own. */
export function closeCodesOf({ named, socket }: PreparedSocket): Readonly<Record<string, string>> {
  const { spec, router } = named.route
  const thrown = [...(spec.errors ?? []), ...router.errors, ...named.errors]
    .map((error) =>
      typeof error === 'number' ? { status: error, title: meaningOf(error) } : error,
    )
    .filter(({ status }) => status < 500)
  const byCode = Map.groupBy(thrown, ({ status }) => closeCodeOf(status))
  return {
    ...general,
    ...(socket.limits.idle > 0 && {
      [closeCodes.idle]: `No message for ${socket.limits.idle / 1000} seconds: connect again when needed`,
    }),
    ...(socket.receive && { [closeCodes.invalid]: 'A message does not match its schema' }),
    ...Object.fromEntries(
      [...byCode].map(([code, errors]) => [
        code,
        [...new Set(errors.map(({ title }) => title))].join('; or: '),
      ]),
    ),
    ...socket.closes,
  }
}
