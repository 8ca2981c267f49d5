import type { Text } from '../../http/raw-text.ts'
import type { StreamFormat } from '../../http/stream.ts'

/** The texts of a stream. */
export type TextChunks = Pick<AsyncGenerator<string, void, void>, 'next' | 'return'>

/** The result of a handler, encoded for the response. */
export type EncodedResult =
  | { readonly kind: 'response'; readonly response: Response }
  | {
      readonly kind: 'text'
      readonly text: Text | null
      /** Default `application/json`. */
      readonly type?: string
    }
  | {
      readonly kind: 'stream'
      readonly format: StreamFormat
      /** The text of each item. */
      readonly chunks: TextChunks
    }
