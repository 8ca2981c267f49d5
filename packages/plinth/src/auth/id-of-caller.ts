import type { AuthUser } from './auth-user.ts'

/** The id of an authenticated caller, for the features that tell callers apart; `undefined` for an anonymous one. */
export const idOfCaller = (user: unknown): string | undefined => (user as AuthUser | null)?.id
