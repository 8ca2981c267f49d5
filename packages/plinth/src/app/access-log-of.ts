import type { AccessFacts } from '../logging/access-line.ts'
import type { FlushableLogger } from '../logging/logger.ts'
import type { Logger } from '../logging/logger.types.ts'
import { accessFields, type FinishedRequest } from '../routing/access-fields.ts'
import { chosenFields, type AccessLogOptions } from '../routing/logs/chosen-fields.ts'

type WriteAccess = (request: FinishedRequest, status: number) => void

/**
 * The access log of a logger; `undefined` if it does not want the lines. Plinth's own has a faster way to write them.
 *
 * @param options - the fields that the app has chosen
 */
export function accessLogOf(
  log: Logger,
  options: AccessLogOptions | undefined,
): WriteAccess | undefined {
  const own = log as Partial<FlushableLogger>
  if (!('access' in own)) return options === undefined ? defaultLog(log) : chosenLog(log, options)
  const { access } = own
  if (access === undefined) return undefined
  if (options === undefined) return (request, status) => access(accessFields(request, status))
  const read = chosenFields(options)
  return (request, status) => access(read(request, status))
}

const defaultLog =
  (log: Logger): WriteAccess =>
  (request, status) =>
    log.info(flat(accessFields(request, status)), 'request')

const flat = ({ socket, trace, ...fields }: AccessFacts): object => ({
  ...fields,
  ...trace,
  ...socket,
})

function chosenLog(log: Logger, options: AccessLogOptions): WriteAccess {
  const read = chosenFields(options)
  return (request, status) => {
    const { entries, socket, trace } = read(request, status)
    const given = entries.filter(([, value]) => value !== undefined)
    log.info({ ...Object.fromEntries(given), ...trace, ...socket }, 'request')
  }
}
