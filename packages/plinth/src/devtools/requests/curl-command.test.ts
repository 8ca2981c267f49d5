import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { curlCommand } from './curl-command.ts'
import type { ShownRequest } from './shown-request.ts'
import { testSource } from './test-source.ts'

const request: ShownRequest = {
  method: 'PATCH',
  target: `/tasks/1?name=it's&x=$HOME`,
  headers: [
    ['content-type', 'application/json'],
    ['x-note', `"a" 'b' \`c\``],
  ],
  body: `{"title":"it's $HOME; \\"quoted\\""}`,
  status: 200,
  route: '/tasks/:id',
}

it('a copied command gives curl exactly the arguments of the request, whatever they contain', () => {
  const command = curlCommand(request, 'http://localhost:8000')
  const printed = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }\n${command}`], {
    encoding: 'utf8',
  })
  expect(printed.trimEnd().split('\n')).toEqual([
    '-X',
    'PATCH',
    `http://localhost:8000${request.target}`,
    '-H',
    'content-type: application/json',
    '-H',
    `x-note: "a" 'b' \`c\``,
    '--data-raw',
    request.body,
  ])
})

it('a copied test sends the same request through the app, and expects its status', () => {
  const source = testSource(request, '../src/api.ts')
  expect(source).toContain(`test('PATCH /tasks/:id responds with 200'`)
  expect(source).toContain(`body: JSON.stringify({"title":"it's $HOME; \\"quoted\\""})`)
  expect(source).toContain(`'x-note': "\\"a\\" 'b' \`c\`"`)
})
