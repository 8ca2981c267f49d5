import { fstatSync, write } from 'node:fs'
import { isatty } from 'node:tty'
import { LineWriter, type Sink } from './line-writer.ts'
import { complain } from './quietly.ts'

const descriptor = 1

/**
 * The bytes that a pipe takes as a whole (POSIX `PIPE_BUF`).
 *
 * Other processes may write to the same pipe, and would interleave longer writes. And of a write that is stuck, it is unknown
 * which lines the reader got: the shorter it is, the fewer count as unwritten although they arrived.
 */
const atomicWrite = 4096

/**
 * Files are written by the thread pool, pipes and sockets by the event loop.
 *
 * A blocking write to a pipe that its reader does not empty would occupy a thread, and `process.exit()` waits for its
 * threads, so the process would never end.
 */
function sinkOf(isFile: boolean): Sink {
  if (isFile) return (chunk, done) => write(descriptor, chunk, 0, chunk.length, null, done)
  return (chunk, done) =>
    void standardOutputStream().write(chunk, (error) => done(error, chunk.length))
}

const report = (dropped: number): string =>
  `${JSON.stringify({
    level: 'warn',
    time: new Date().toISOString(),
    dropped,
    msg: 'log lines were dropped, because the output was full or too slow',
  })}\n`

// process-wide, like the output itself
let isHeard = false

/** Standard output, unbuffered. Its errors do not end the process: they are reported once, on standard error. */
export function standardOutputStream(): NodeJS.WriteStream {
  if (!isHeard) process.stdout.on('error', complain)
  isHeard = true
  return process.stdout
}

function openWriter(): LineWriter {
  const output = fstatSync(descriptor)
  const isFile = !output.isFIFO() && !output.isSocket() && !isatty(descriptor)
  return new LineWriter({
    sink: sinkOf(isFile),
    onError: complain,
    report,
    ...(isFile ? {} : { chunk: atomicWrite }),
  })
}

// The lines of all logs go through one buffer.
let writer: LineWriter | undefined

/** The buffered standard output of this process, which all logs share. */
export const standardOutput = (): LineWriter => (writer ??= openWriter())

/** Milliseconds for writing the last lines. The output may be full, or its reader may have stopped. */
const flushTimeout = 500

/** Writes the lines in memory. Reports on standard error the number of lines that could not be written in time. */
export async function flushStandardOutput(): Promise<void> {
  if (writer === undefined) return
  await writer.flush(flushTimeout)
  if (writer.unwritten > 0)
    console.error(`plinth: ${writer.unwritten} log lines could not be written`)
}
