/** Gets a copy of each log line, once it is redacted. */
export type LineTap = (line: string) => void

let tap: LineTap | undefined

/**
 * Passes a copy of each line that is written unbuffered to a function, as the development page does.
 *
 * Production buffers its lines, and copies none.
 *
 * @returns a function that stops it
 */
export function tapLines(take: LineTap): () => void {
  tap = take
  return () => {
    if (tap === take) tap = undefined
  }
}

/** Passes a line on to the tap, if there is one. */
export const passToTap = (line: string): void => tap?.(line)
