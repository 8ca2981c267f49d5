import type { Readable } from 'node:stream'
import type { LineWriter } from '../../logging/line-writer.ts'

/** The most characters of a line; a longer one is cut into several. */
const longest = 1024 * 1024

/**
 * Passes a stream on line by line, so that the lines of several processes are never torn or interleaved.
 *
 * @param output - `write` gets each line with its line feed, `start` is called after the lines that arrived together
 */
export function forwardLines(stream: Readable, output: Pick<LineWriter, 'write' | 'start'>): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) output.write(`${line}\n`)
    if (rest.length > longest) {
      output.write(`${rest}\n`)
      rest = ''
    }
    output.start()
  })
  stream.on('close', () => {
    if (rest !== '') output.write(`${rest}\n`)
    output.start()
  })
  // Its writer was killed: what it had written has arrived.
  stream.on('error', () => {})
}
