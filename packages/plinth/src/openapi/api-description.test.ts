import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { header } from '../dependencies/parameter.ts'
import { router } from '../routing/router.ts'

const run = promisify(execFile)
const redocly = fileURLToPath(
  new URL('../../../../node_modules/@redocly/cli/bin/cli.js', import.meta.url),
)
const Event = z.object({ id: z.string(), paid: z.boolean() }).meta({ id: 'InvoiceEvent' })
const invoices = router('/invoices')
const create = invoices.post(
  '/',
  {
    body: z.object({ callbackUrl: z.url(), total: z.number() }),
    query: z.object({ limit: z.int().optional() }),
    dependencies: { trace: header(z.string().optional()) },
    response: Event,
    operationId: 'createInvoice',
    examples: {
      body: {
        normal: {
          summary: 'A normal invoice',
          value: { callbackUrl: 'https://a.example', total: 5 },
        },
        wrong: { description: 'The total is text', value: { total: 'five' } },
      },
      query: { limit: { few: { value: 5 } } },
      headers: { trace: { usual: { value: 'abc' } } },
    },
    responseDescriptions: { 200: 'The invoice', 422: 'A value is wrong' },
    callbacks: {
      paid: {
        url: '{$request.body#/callbackUrl}/paid',
        body: Event,
        response: z.object({ ok: z.boolean() }),
        summary: 'The invoice was paid',
      },
    },
    openapi: { 'x-internal': true, responses: { 200: { 'x-cached': false } } },
  },
  ({ body }) => ({ id: String(body.total), paid: false }),
)
const list = invoices.get('/', { response: z.array(Event) }, () => [])
const users = router('/users')
const me = users.get('/me', {}, () => 'ann')

const api = app({
  title: 'Invoices',
  version: '2.0.0',
  summary: 'Invoices of a shop',
  termsOfService: 'https://shop.example/terms',
  contact: { name: 'Ann', url: 'https://shop.example', email: 'ann@shop.example' },
  license: { name: 'MIT', identifier: 'MIT' },
  servers: [{ url: 'https://api.shop.example', description: 'Production' }],
  tags: [{ name: 'admin', description: 'For *administrators*' }],
  routes: { users: { me }, invoices: { create, list } },
  webhooks: {
    newCustomer: { body: z.object({ name: z.string() }), summary: 'A customer signed up' },
  },
  operationId: ({ module, name, method }) => `${method}_${module}_${name}`,
  openapi: (document) => ({ ...document, 'x-logo': { url: '/logo.svg' } }),
})
const document = api.openapi()

describe('what an app says about itself', () => {
  it('is in its document, and the document is valid', { timeout: 300_000 }, async () => {
    expect(document).toMatchObject({
      info: {
        title: 'Invoices',
        version: '2.0.0',
        summary: 'Invoices of a shop',
        termsOfService: 'https://shop.example/terms',
        contact: { name: 'Ann', url: 'https://shop.example', email: 'ann@shop.example' },
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: 'https://api.shop.example', description: 'Production' }],
      webhooks: {
        newCustomer: {
          post: {
            summary: 'A customer signed up',
            requestBody: { content: { 'application/json': {} } },
          },
        },
      },
      'x-logo': { url: '/logo.svg' },
    })
    // the described groups first, then those of `routes` as written, whichever module was loaded first
    expect(document.tags.map(({ name }) => name)).toStrictEqual(['admin', 'users', 'invoices'])
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
    expect({ valid, errors }).toStrictEqual({ valid: true, errors: undefined })
    const folder = await mkdtemp(join(tmpdir(), 'plinth-description-'))
    try {
      await writeFile(join(folder, 'api.json'), JSON.stringify(document))
      await writeFile(
        join(folder, 'redocly.yaml'),
        'extends: [spec]\nrules:\n  no-invalid-media-type-examples: off\n',
      )
      await run(process.execPath, [redocly, 'lint', 'api.json', '--config', 'redocly.yaml'], {
        cwd: folder,
        env: { ...process.env, REDOCLY_TELEMETRY: 'off' },
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
  it('has operation ids of the route, or of the app', () => {
    expect(document.paths['/invoices']?.['post']?.operationId).toBe('createInvoice')
    expect(document.paths['/invoices']?.['get']?.operationId).toBe('get_invoices_list')
    // the summary follows from the names in the code
    expect(document.paths['/invoices']?.['get']?.summary).toBe('List invoices')
  })
  it('has the words of a route', () => {
    const operation = document.paths['/invoices']?.['post']
    expect(operation).toMatchObject({
      'x-internal': true,
      requestBody: {
        content: {
          'application/json': {
            examples: {
              normal: { summary: 'A normal invoice' },
              wrong: { value: { total: 'five' } },
            },
          },
        },
      },
      responses: {
        200: { description: 'The invoice', 'x-cached': false },
        422: {
          $ref: '#/components/responses/UnprocessableEntity',
          description: 'A value is wrong',
        },
      },
      callbacks: {
        paid: {
          '{$request.body#/callbackUrl}/paid': {
            post: {
              summary: 'The invoice was paid',
              requestBody: {
                content: {
                  'application/json': { schema: { $ref: '#/components/schemas/InvoiceEvent' } },
                },
              },
            },
          },
        },
      },
    })
    expect(operation?.parameters).toMatchObject([
      { name: 'limit', in: 'query', examples: { few: { value: 5 } } },
      { name: 'trace', in: 'header', examples: { usual: { value: 'abc' } } },
    ])
  })
})

describe('what an app says about itself is refused', () => {
  const routes = { users: { me }, invoices: { create, list } }
  it.each<[string, object, string]>([
    [
      'a misspelled option of contact',
      { contact: { mail: 'a@b.example' } },
      'app(): contact: unknown option "mail"',
    ],
    ['a license without a name', { license: { name: '' } }, 'license needs a name'],
    [
      'a license with both',
      { license: { name: 'x', identifier: 'MIT', url: 'https://a.example' } },
      'only one of them',
    ],
    ['a tag twice', { tags: [{ name: 'a' }, { name: 'a' }] }, 'tags has "a" twice'],
    [
      'a misspelled option of a webhook',
      { webhooks: { a: { bodies: z.string() } } },
      'webhooks.a: unknown option "bodies"',
    ],
    [
      'two operations with one id',
      { operationId: () => 'same' },
      'both have the operation id "same"',
    ],
    ['an operation id with a space', { operationId: () => 'a b' }, 'must be text without spaces'],
  ])('at startup: %s', (_, options, message) => {
    expect(() => app({ title: 'x', routes, ...options })).toThrow(message)
  })
  it('with a hook that returns nothing', () => {
    const forgets = app({ title: 'x', routes: {}, openapi: () => undefined as never })
    expect(() => forgets.openapi()).toThrow('openapi must return the document')
  })
  it.each<[string, object, string]>([
    [
      'an example of a parameter that it does not have',
      { examples: { query: { limits: { a: { value: 1 } } } } },
      'the query parameter "limits"',
    ],
    [
      'an example of a body that it does not take',
      { examples: { body: { a: { value: 1 } } } },
      'the route takes none',
    ],
    [
      'a description of a status that it does not send',
      { responseDescriptions: { 418: 'Teapot' } },
      'responseDescriptions has 418',
    ],
  ])('of a route: %s', (_, options, message) => {
    const x = router('/x')
    const read = x.get('/', { ...options }, () => 1)
    const wrong = app({ title: 'x', routes: { x: { read } } })
    expect(() => wrong.openapi()).toThrow(message)
  })
  it.each<[string, object, string]>([
    [
      'a misspelled place of examples',
      { examples: { bodies: {} } },
      'examples: unknown option "bodies"',
    ],
    [
      'an example without its value',
      { examples: { body: { a: { val: 1 } } } },
      'the example "a": unknown option "val"',
    ],
    ['a callback without a URL', { callbacks: { paid: { url: '' } } }, 'callbacks.paid has no url'],
    ['an operation id with a space', { operationId: 'a b' }, 'must be text without spaces'],
  ])('of a route at its declaration: %s', (_, options, message) => {
    expect(() => router('/x').get('/', { ...options }, () => 1)).toThrow(message)
  })
})
