import { expect, test } from 'vitest'
import { createLogger } from '../logging/logger.ts'
import { app } from './app.ts'
import type { DocsOptions } from './check-docs-options.ts'

const log = createLogger({ level: 'silent' })
const make = (docs: DocsOptions) => app({ title: 'Docs', routes: {}, log, docs })

test.each([
  [{ reference: 'redoc' }, 'reference must be swagger-ui or scalar'],
  [{ reference: 'scalar', ui: {} }, "reference is 'scalar'. Remove one of them"],
  [{ ui: { docExpansions: 'none' } }, 'Did you mean "docExpansion"?'],
  [{ ui: { oauth: { clientSecret: 'x' } } }, 'clientSecret would be sent to everyone'],
  [{ ui: { oauth: { client: 'x' } } }, 'Did you mean "clientId"?'],
  [{ connectTo: ["https://a.example; script-src 'unsafe-inline'"] }, 'which is not an origin'],
  [{ connectTo: ['*'] }, 'which is not an origin'],
  [{ connectsTo: [] }, 'Did you mean "connectTo"?'],
] as const)('the documentation options %j fail the start', (docs, message) => {
  expect(() => make(docs as DocsOptions)).toThrow(message)
})

test('Scalar is served at the path of the documentation, and Swagger UI is not', async () => {
  const api = make({ reference: 'scalar', path: '/reference' })
  const status = async (path: string) =>
    (await api.fetch(new Request(`http://localhost${path}`))).status
  expect(await status('/reference')).toBe(200)
  expect(await status('/reference/scalar.js')).toBe(200)
  expect(await status('/reference/swagger-ui.css')).toBe(404)
  expect(await status('/docs')).toBe(404)
})
