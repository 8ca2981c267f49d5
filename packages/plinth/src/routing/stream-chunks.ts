import type { StreamFormat } from '../http/stream.ts'
import type { ResultWriter } from '../live/live-query.ts'
import { LiveList } from '../live/live-list.ts'
import type { CompiledRoute } from './compiled-route.ts'
import type { RequestRun } from './request-run.ts'
import { textOf } from './response-text.ts'
import { textOfItem } from './responses/stream-item.ts'
import type { TextChunks } from './responses/encoded-result.types.ts'
import type { ResultEncoding } from './responses/result-encoding.types.ts'

type StreamEncoding = Extract<ResultEncoding, { readonly kind: StreamFormat }>

const done = { done: true, value: undefined } as const

/**
 * The texts of a stream, one for each item.
 *
 * Its `return()` goes straight to the items, so that an iterator that waits can end at once. A generator ends at its next
 * `yield`.
 */
export function streamChunks(
  run: RequestRun,
  encoding: StreamEncoding,
  result: unknown,
): TextChunks {
  let items: AsyncIterator<unknown> | Iterator<unknown> | undefined
  let isOver = false
  const begin = (): NonNullable<typeof items> => (items ??= itemsOf(run, encoding, result))
  const end = async (): Promise<void> => {
    if (isOver) return
    isOver = true
    await begin().return?.()
  }
  return {
    next: async () => {
      if (isOver) return done
      const next = await begin().next()
      if (next.done === true) {
        isOver = true
        return done
      }
      try {
        return { done: false, value: textOfItem(run.route, encoding, await next.value) }
      } catch (error) {
        await end()
        throw error
      }
    },
    return: async () => {
      await end()
      return done
    },
  }
}

/** The iterator of a result. The rows of a live list are written by Postgres, as those of a response are. */
function itemsOf(
  { route, exchange }: RequestRun,
  encoding: StreamEncoding,
  result: unknown,
): AsyncIterator<unknown> | Iterator<unknown> {
  if (result instanceof LiveList && encoding.kind === 'sse') {
    const writer = writerOf(route, encoding)
    return result.events(writer, exchange.incoming.headers.get('last-event-id') ?? undefined)
  }
  const iterable = result as AsyncIterable<unknown> & Iterable<unknown>
  return iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]()
}

/** Writers by encoding: the requests of a route share one, and with it the runs of a live list. */
const writers = new WeakMap<StreamEncoding, ResultWriter>()

function writerOf(route: CompiledRoute, encoding: StreamEncoding): ResultWriter {
  let writer = writers.get(encoding)
  if (writer === undefined) {
    writer = { json: encoding.json, write: (rows) => textOf(route, encoding, rows) }
    writers.set(encoding, writer)
  }
  return writer
}
