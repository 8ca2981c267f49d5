import type { ShownRequest } from './shown-request.ts'

/** Writes a string of JavaScript, in single quotes as a formatter would. */
const text = (value: string): string =>
  value.includes("'")
    ? JSON.stringify(value)
    : `'${JSON.stringify(value)
        .slice(1, -1)
        .replaceAll(String.raw`\"`, '"')}'`

/**
 * Writes a request as a test of Vitest that expects the recorded status.
 *
 * @param api - the path of the module that exports the app, as the test imports it
 */
export function testSource(request: ShownRequest, api: string): string {
  const { method, target, route, status } = request
  const init = initOf(request)
  const options =
    init.length === 0 ? '' : `, {\n${init.map((line) => `      ${line},\n`).join('')}    }`
  return `import { expect, test } from 'vitest'
import { testApp } from 'plinth/testing'
import { api } from ${text(api)}

test(${text(`${method} ${route ?? target} responds with ${status}`)}, async () => {
  await using app = testApp(api)
  const response = await app.fetch(
    new Request(${text(`http://test${target}`)}${options}),
  )
  expect(response.status).toBe(${status})
})
`
}

function initOf({ method, headers, body }: ShownRequest): string[] {
  const own = headers.filter(([name]) => !/^(?:accept|accept-language|origin|referer)$/.test(name))
  const written = own.map(([name, value]) => `${propertyName(name)}: ${text(value)}`)
  return [
    ...(method === 'GET' ? [] : [`method: ${text(method)}`]),
    ...(own.length === 0 ? [] : [`headers: { ${written.join(', ')} }`]),
    ...(body === undefined ? [] : [`body: ${bodySource(body)}`]),
  ]
}

const propertyName = (name: string): string => (/^[a-z_]\w*$/i.test(name) ? name : text(name))

function bodySource(body: string): string {
  try {
    return `JSON.stringify(${JSON.stringify(JSON.parse(body))})`
  } catch {
    return text(body)
  }
}
