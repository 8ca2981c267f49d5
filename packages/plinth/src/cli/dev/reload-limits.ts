/** Node never frees a module that was loaded, so a process is started again after this. */
export const reloadLimits = { reloads: 150, bytes: 400 * 2 ** 20 } as const

/** The number of reloads of a process, and the growth of its memory in bytes. */
export interface ReloadUse {
  readonly reloads: number
  readonly grown: number
}

/** The reason why a process must not reload any more, in the words of its last line; `undefined` if it may. */
export function exhausted({ reloads, grown }: ReloadUse): string | undefined {
  if (reloads >= reloadLimits.reloads) return `after ${reloads} reloads`
  if (grown >= reloadLimits.bytes)
    return `memory grew by ${Math.round(grown / 2 ** 20)} MB in ${reloads} reloads`
  return undefined
}
