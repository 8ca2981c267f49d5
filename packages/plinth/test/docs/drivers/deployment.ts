import { app, betterAuth, createLogger, createToken, router } from '../../../src/index.ts'
import type { Drivers } from './driver.types.ts'

export const drivers: Drivers = {
  logs: async () => {
    const secret = process.env['BETTER_AUTH_SECRET'] ?? ''
    const user = betterAuth({ secret })
    const me = router('/api/me', { dependencies: { user } })
    const read = me.get('/', {}, ({ user: { id } }) => ({ id }))
    const lines: string[] = []
    const log = createLogger({
      level: 'info',
      format: 'json',
      destination: { write: (line) => lines.push(line) },
    })
    const api = app({ title: 'Me', routes: { me: { read } }, log })
    const authorization = `Bearer ${await createToken(secret, { sub: 'ann' })}`
    const request = new Request('http://localhost/api/me', { headers: { authorization } })
    await (await api.fetch(request)).text()
    return lines
  },
}
