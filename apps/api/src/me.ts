import { router } from 'plinth'
import * as z from 'zod'
import { currentUser } from './dependencies.ts'

const me = router('/api/me', { dependencies: { user: currentUser } })

const Me = z
  .object({ id: z.string(), email: z.string().nullable(), name: z.string().nullable() })
  .meta({ id: 'Me' })

export const read = me.get('/', { summary: 'Who am I', response: Me }, ({ user }) => user)
