/** What each client of the files saw, with the types that their API has. */
export interface Outcome {
  readonly uploaded: Stored
  readonly listed: { readonly files: readonly Stored[]; readonly source: string | null }
  readonly downloaded: string
  readonly page: string
  readonly summary: string
  readonly renamed: Stored | { readonly job: string; readonly state: 'queued' }
  readonly resized: Stored | { readonly job: string; readonly state: 'queued' }
  readonly removed: number
  readonly missing: { readonly status: number; readonly code: string | undefined }
  readonly invalid: number
}
interface Stored {
  readonly name: string
  readonly type: string
  readonly size: number
  readonly tags: readonly string[]
  readonly at: string
}

/** The bytes of each upload: no text in UTF-8. */
export const content = new Uint8Array([0, 255, 254, 10, 13, 128])
/** The bytes of a download, as text. */
export const bytesOf = async (blob: Blob): Promise<string> =>
  Array.from(new Uint8Array(await blob.arrayBuffer())).join(' ')
