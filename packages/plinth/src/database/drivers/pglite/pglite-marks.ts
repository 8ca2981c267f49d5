import type { PGlite, messages } from '@electric-sql/pglite'

type Protocol = (typeof import('@electric-sql/pglite'))['protocol']
type Parser = InstanceType<Protocol['Parser']>

/** A parser of Postgres' answers that leaves a byte order mark where it stands: PGlite's own takes it off any value. */
function markKeepingParser(protocol: Protocol): Parser {
  const Platform = globalThis.TextDecoder
  // Its decoder is private, and made with it: nothing else can run while this stands in for the platform's.
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
 * Makes an instance of PGlite give text as it was stored, where by itself it drops a byte order mark (U+FEFF) that a
 * value begins with.
 */
export function keepMarks(pglite: PGlite, protocol: Protocol): PGlite {
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
        received.push(message)
      })
    await pglite.execProtocolRawStream(request, { ...rest, onRawData })
    if (failure === undefined) return received
    // What it had begun to read is of no use any more.
    parser = markKeepingParser(protocol)
    throw failure
  }
  return pglite
}
