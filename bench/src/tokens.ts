import { randomBytes } from 'node:crypto'
import { createToken } from 'plinth'
import { userCount, userId } from './dataset.ts'

/** The secret of one run: made anew each time, and written nowhere. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** Who calls, and the headers that say so. */
export interface Caller {
  readonly user: string
  readonly authorization: string
}

/** A token for each user, valid for a day. */
export function callersOf(secret: string, users = allUsers()): Promise<readonly Caller[]> {
  return Promise.all(users.map((user) => callerOf(secret, user)))
}

export async function callerOf(secret: string, user: string, expiresIn = 86_400): Promise<Caller> {
  const token = await createToken(secret, {
    sub: user,
    email: `${user}@example.org`,
    name: `User ${user}`,
    expiresIn,
  })
  return { user, authorization: `Bearer ${token}` }
}

const allUsers = (): readonly string[] => Array.from({ length: userCount }, (_, n) => userId(n))
