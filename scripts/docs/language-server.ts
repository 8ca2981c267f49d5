import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A position in a file, counted from 0. */
export interface Position {
  readonly line: number
  readonly character: number
}

/** An entry of the list that an editor shows while you type. */
export interface CompletionItem {
  readonly label: string
  readonly kind?: number
  readonly sortText?: string
  readonly detail?: string
}

/** TypeScript's language server, as editors use it. */
export interface LanguageServer extends AsyncDisposable {
  /** The completions at a position of the file. */
  complete(position: Position): Promise<readonly CompletionItem[]>
}

const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

interface Message {
  readonly id?: number
  readonly method?: string
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Starts TypeScript's language server for the project of a file, and opens the file. */
export async function startLanguageServer(file: string): Promise<LanguageServer> {
  const child = spawn(process.execPath, [tsc, '--lsp', '--stdio'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let last = 0
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }
  const ask = (method: string, params?: object): Promise<unknown> => {
    const response = Promise.withResolvers<unknown>()
    waiting.set((last += 1), response)
    send({ id: last, method, params })
    return response.promise
  }
  readMessages(child.stdout, ({ id, method, result, error }) => {
    if (id === undefined) return
    // a request of the server, for settings that a picture does not need
    if (method !== undefined) send({ id, result: null })
    else if (error !== undefined) waiting.get(id)?.reject(new Error(error.message))
    else waiting.get(id)?.resolve(result)
  })
  const textDocument = { uri: pathToFileURL(file).href }
  await ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(dirname(file)).href,
    capabilities: {},
  })
  send({ method: 'initialized', params: {} })
  const text = readFileSync(file, 'utf8')
  send({
    method: 'textDocument/didOpen',
    params: { textDocument: { ...textDocument, languageId: 'typescript', version: 1, text } },
  })
  return {
    complete: async (position) => {
      const found = await ask('textDocument/completion', { textDocument, position })
      return (found as { readonly items: readonly CompletionItem[] } | null)?.items ?? []
    },
    [Symbol.asyncDispose]: async () => {
      await ask('shutdown')
      send({ method: 'exit' })
      await once(child, 'exit')
    },
  }
}

/** Reads messages that each have a header with their length. */
function readMessages(stream: NodeJS.ReadableStream, read: (message: Message) => void): void {
  let bytes = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    for (;;) {
      const head = bytes.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/i.exec(bytes.subarray(0, head).toString())?.[1])
      if (head < 0 || bytes.length < head + 4 + length) return
      read(JSON.parse(bytes.subarray(head + 4, head + 4 + length).toString()) as Message)
      bytes = bytes.subarray(head + 4 + length)
    }
  })
}
