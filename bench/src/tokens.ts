import { randomBytes } from 'node:crypto'
import { createToken } from 'plinth'
import { userCount, userId } from './dataset.ts'

/** The secret of this run, generated each time and never written. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** A caller, with the headers of its requests. */
export interface Caller {
  readonly user: string
  readonly authorization: string
}

/** Creates a token for each user, valid for a day. */
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
