import { createToken, mode, serve } from 'plinth'
import { api } from './api.ts'
import { env } from './env.ts'

const { url } = await serve(api, { port: env.PORT })

if (mode() === 'development') {
  const token = await createToken(env.BETTER_AUTH_SECRET, {
    sub: 'demo',
    issuer: env.BETTER_AUTH_URL,
    expiresIn: 86_400,
  })
  console.log(`
Tasks API on ${url}
docs:  ${url}/docs

curl -s ${url}/api/tasks -H 'Authorization: Bearer ${token}'
`)
} else api.log.info({ url }, 'listening')
