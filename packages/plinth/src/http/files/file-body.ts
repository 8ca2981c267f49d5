import { open, type FileHandle } from 'node:fs/promises'
import type { BodyStream } from '../response-length.ts'
import { factsOf, type FileFacts } from './file-facts.ts'

const chunkSize = 65_536

/** A part of a file: `end` is the offset of its last byte. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * A part of a file as a stream with backpressure.
 *
 * The file is opened at the first read, so a stream that is never read holds nothing open.
 */
export function fileBody(facts: FileFacts, { start, end }: ByteRange): BodyStream {
  let file: FileHandle | undefined
  let position = start
  const close = (): Promise<void> | undefined => {
    const opened = file
    file = undefined
    return opened?.close()
  }
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          file ??= await openSame(facts)
          const length = Math.min(chunkSize, end + 1 - position)
          const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, position)
          position += bytesRead
          if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead))
          // A file that became shorter breaks the response off: its length was declared.
          if (bytesRead > 0 && position <= end) return
          await close()
          controller.close()
        } catch (error) {
          await close()
          controller.error(error)
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  )
}

/** Opens a file that must be the one that the headers describe, and not a newer one. */
async function openSame(facts: FileFacts): Promise<FileHandle> {
  const file = await open(facts.path)
  const now = factsOf(facts.path, await file.stat())
  if (now.inode === facts.inode && now.size === facts.size) return file
  await file.close()
  throw new Error(`${facts.path} was replaced while it was sent`)
}
