import { mode } from '../settings/mode.ts'

/** The log level of rejected credentials: their reasons are for developers, and any caller can cause them. */
export const rejectionLevel = (): 'debug' | 'warn' => (mode() === 'development' ? 'warn' : 'debug')
