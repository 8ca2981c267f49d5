/**
 * Whether what is done faster than the plain way is done so: `PLINTH_FAST_PATH=off` turns all of it off, to find out
 * whether it is to blame for something. What comes out is the same.
 */
export const fastPath = (): boolean => process.env['PLINTH_FAST_PATH'] !== 'off'
