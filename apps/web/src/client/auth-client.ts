import { createAuthClient } from 'better-auth/react'

/** The client to sign up, in and out on this site's origin. */
export const authClient = createAuthClient()
