import { jwtClient } from 'better-auth/client/plugins'
import { createAuthClient } from 'better-auth/react'

/** Signing up, in and out, on this site's own origin. */
export const authClient = createAuthClient({ plugins: [jwtClient()] })
