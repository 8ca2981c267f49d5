/**
 * True if the fast paths are enabled.
 *
 * `PLINTH_FAST_PATH=off` disables them, for debugging. The results are the same.
 */
export const fastPath = (): boolean => process.env['PLINTH_FAST_PATH'] !== 'off'
