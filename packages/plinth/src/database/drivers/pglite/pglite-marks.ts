import type { PGlite, messages } from '@electric-sql/pglite'

type Protocol = (typeof import('@electric-sql/pglite'))['protocol']
type Parser = InstanceType<Protocol['Parser']>

/** Receives a notification of NOTIFY. */
export type OnNotification = (channel: string, payload: string) => void

/** Creates a parser of server messages that keeps byte order marks, which PGlite's own strips from every value. */
function markKeepingParser(protocol: Protocol): Parser {
  const Platform = globalThis.TextDecoder
  // The parser creates its private decoder in its constructor. No other code runs while the global is replaced.
  globalThis.TextDecoder = class extends Platform {
    constructor(label?: string, options?: ConstructorParameters<typeof TextDecoder>[1]) {
      super(label, { ...options, ignoreBOM: true })
    }
  }
  try {
    return new protocol.Parser()
  } finally {
    globalThis.TextDecoder = Platform
  }
}

/**
 * Makes a PGlite instance return text as it was stored.
 *
 * PGlite itself drops a byte order mark (U+FEFF) at the beginning of a value.
 */
export function keepMarks(
  pglite: PGlite,
  protocol: Protocol,
  onNotification?: OnNotification,
): PGlite {
  let parser = markKeepingParser(protocol)
  pglite.execProtocolStream = async (request, options = {}) => {
    const { throwOnError = true, onNotice, ...rest } = options
    const received: Parameters<Parameters<Parser['parse']>[1]>[0][] = []
    let failure: messages.DatabaseError | undefined
    const onRawData = (data: Uint8Array): void =>
      parser.parse(data, (message) => {
        if (failure !== undefined) return
        if (message.name === 'error' && throwOnError) failure = message as messages.DatabaseError
        else if (message.name === 'notice') onNotice?.(message as messages.NoticeMessage)
        else if (message.name === 'notification') passOn(message, onNotification)
        received.push(message)
      })
    await pglite.execProtocolRawStream(request, { ...rest, onRawData })
    if (failure === undefined) return received
    // The old parser may hold half a message.
    parser = markKeepingParser(protocol)
    throw failure
  }
  return pglite
}

function passOn(message: object, onNotification: OnNotification | undefined): void {
  const { channel, payload } = message as messages.NotificationResponseMessage
  onNotification?.(channel, payload)
}
