import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { apiKey } from '../auth/schemes/api-key.ts'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { cookie, header, query } from '../dependencies/parameter.ts'
import { errorType } from '../errors/error-type.ts'
import { createdAt, field, id, owner } from '../models/field.ts'
import { model } from '../models/model.ts'
import { file, form } from '../http/form.ts'
import { router } from '../routing/router.ts'
import { jsonLines, sse } from '../http/stream.ts'
import { responseSchema, bodySchema, documentOf, operationIn } from './documented.fixture.ts'

const Task = model('tasks', {
  id: id(),
  title: z.string().min(1).max(200),
  priority: z.enum(['low', 'high']).default('low'),
  dueAt: z.date().nullable(),
  size: z.bigint().nullable(),
  userId: owner(),
  note: field(z.string().nullable(), { hidden: true }),
  createdAt: createdAt(),
})
const routes = () => router('/tasks')
const nothing = (() => undefined) as never

describe('models in the document', () => {
  const tasks = routes()
  const document = documentOf({
    tasks: {
      list: tasks.get('/', { response: z.array(Task) }, () => []),
      read: tasks.get('/:id', { response: Task }, nothing),
      page: tasks.get('/page', { response: z.object({ items: z.array(Task) }) }, nothing),
      wrapped: tasks.get('/wrapped', { response: z.object({ task: Task.$read }) }, nothing),
      create: tasks.post('/', { body: Task.$create, response: Task, status: 201 }, nothing),
      update: tasks.patch('/:id', { body: Task.$update, response: Task }, nothing),
    },
  })
  const schemas = document.components.schemas ?? {}

  it('are components with singular names, one per variant', () => {
    expect(
      Object.keys(schemas)
        .filter((name) => name.startsWith('Task'))
        .toSorted(),
    ).toEqual(['Task', 'TaskCreate', 'TaskUpdate'])
    const task = { $ref: '#/components/schemas/Task' }
    expect(responseSchema(operationIn(document, 'tasks.read'))).toEqual(task)
    expect(responseSchema(operationIn(document, 'tasks.list'))).toEqual({
      type: 'array',
      items: task,
    })
    expect(responseSchema(operationIn(document, 'tasks.wrapped'))).toMatchObject({
      properties: { task },
    })
    expect(bodySchema(operationIn(document, 'tasks.create'))).toEqual({
      $ref: '#/components/schemas/TaskCreate',
    })
  })

  it('describe the wire, without fields that are never sent or accepted', () => {
    const read = schemas['Task'] as { properties: Record<string, object>; required: string[] }
    expect(Object.keys(read.properties)).not.toContain('note')
    expect(read).not.toHaveProperty('additionalProperties')
    expect(read.properties).toMatchObject({
      id: { type: 'string', format: 'uuid' },
      dueAt: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
      size: {
        anyOf: [{ type: 'string', pattern: '^-?(?:0|[1-9]\\d{0,4299})$' }, { type: 'null' }],
      },
    })
    expect(read.required).toContain('priority')

    const create = schemas['TaskCreate'] as { properties: Record<string, object> }
    expect(create).toMatchObject({ required: ['title'], additionalProperties: false })
    expect(Object.keys(create.properties)).not.toContain('userId')
    expect(create.properties['priority']).toMatchObject({ default: 'low' })
    const update = schemas['TaskUpdate'] as { properties: Record<string, object> }
    expect(update.properties['priority']).not.toHaveProperty('default')
  })
})

describe('schemas in the document', () => {
  const inOut = (schema: z.core.$ZodType) =>
    documentOf({
      tasks: {
        read: routes().get('/', { response: schema as z.ZodType }, nothing),
        create: routes().post('/x', { body: schema }, nothing),
      },
    })

  it('have one component if requests and responses agree, and two if they differ', () => {
    const same = inOut(z.strictObject({ at: z.date() }).meta({ id: 'Same' }))
    expect(Object.keys(same.components.schemas ?? {})).toContain('Same')
    expect(Object.keys(same.components.schemas ?? {})).not.toContain('SameOutput')

    const differs = inOut(z.object({ n: z.int().default(1) }).meta({ id: 'Differs' }))
    expect(differs.components.schemas).toMatchObject({
      Differs: {},
      DiffersOutput: { required: ['n'] },
    })
    expect(differs.components.schemas?.['Differs']).not.toHaveProperty('required')
    expect(bodySchema(operationIn(differs, 'tasks.create'))).toEqual({
      $ref: '#/components/schemas/Differs',
    })
    expect(responseSchema(operationIn(differs, 'tasks.read'))).toEqual({
      $ref: '#/components/schemas/DiffersOutput',
    })
  })

  it('of codecs are the encoded value, in requests and in responses', () => {
    const seconds = z.codec(z.int(), z.date(), {
      decode: (n) => new Date(n * 1000),
      encode: (at) => at.getTime() / 1000,
    })
    const document = inOut(z.object({ at: seconds }))
    expect(bodySchema(operationIn(document, 'tasks.create'))).toMatchObject({
      properties: { at: { type: 'integer' } },
    })
    expect(responseSchema(operationIn(document, 'tasks.read'))).toMatchObject({
      properties: { at: { type: 'integer' } },
    })
  })

  it('that are recursive refer to themselves', () => {
    const Node = z.object({
      name: z.string(),
      get children() {
        return z.array(Node)
      },
    })
    Node.register(z.globalRegistry, { id: 'Node' })
    expect(inOut(Node).components.schemas?.['Node']).toMatchObject({
      properties: { children: { items: { $ref: '#/components/schemas/Node' } } },
    })
  })

  it.each([
    ['two bodies', { body: z.object({ a: z.string() }) }, { body: z.object({ b: z.string() }) }],
    [
      'body and response',
      { body: z.object({ a: z.int() }) },
      { response: z.object({ b: z.int() }) },
    ],
  ])('are refused if two of them share a name: %s', (_, first, second) => {
    const [a, b] = [Object.values(first)[0], Object.values(second)[0]] as z.ZodObject[]
    a?.register(z.globalRegistry, { id: 'Twice' })
    b?.register(z.globalRegistry, { id: 'Twice' })
    const modules = {
      tasks: {
        one: routes().post('/1', first as object, nothing),
        two: routes().post('/2', second as object, nothing),
      },
    }
    expect(() => documentOf(modules)).toThrow(
      /two different schemas are named "Twice".* the body of tasks\.one, one in the (body|response) of tasks\.two/,
    )
  })

  it('cannot have the name of an error schema', () => {
    const Problem = z.object({ a: z.string() }).meta({ id: 'Problem' })
    expect(() => inOut(Problem)).toThrow(/named "Problem".*Plinth's own error responses/)
  })

  it('that JSON cannot carry are refused, naming their place', () => {
    expect(() => inOut(z.object({ m: z.map(z.string(), z.string()) }))).toThrow(
      expect.objectContaining({
        code: 'PLINTH_ROUTE_INVALID',
        message: expect.stringContaining('/x > post') as string,
      }),
    )
  })
})

describe('inputs in the document', () => {
  const paging = dependency(
    {
      limit: query(z.int().default(20)),
      ids: query(z.array(z.uuid()).optional()),
      theme: cookie(z.string().optional()),
      ifMatch: header(z.string().optional(), { deprecated: true }),
      authorization: header(z.string().optional()),
    },
    () => undefined,
  )
  const both = {
    params: z.object({ id: z.uuid() }),
    query: z.object({
      limit: z.int().meta({ description: 'At most.' }),
      since: z.date().optional(),
    }),
  }
  const document = documentOf({
    tasks: {
      read: routes().get('/:id', { ...both, dependencies: { paging } }, nothing),
      plain: routes().get('/of/:owner/:path*', {}, nothing),
    },
  })
  const { parameters = [] } = operationIn(document, 'tasks.read')
  const find = (name: string) => parameters.find((parameter) => parameter.name === name)

  it('come from the path, the query and the dependencies, each once', () => {
    expect(parameters.map((parameter) => `${parameter.in} ${parameter.name}`)).toEqual([
      'path id',
      'query limit',
      'query since',
      'query ids',
      'cookie theme',
      'header if-match',
    ])
    expect(find('id')).toMatchObject({ required: true, schema: { type: 'string', format: 'uuid' } })
    expect(find('limit')).toMatchObject({ required: true, description: 'At most.' })
    expect(find('since')?.schema).toEqual({ type: 'string', format: 'date-time' })
    expect(find('since')).not.toHaveProperty('required')
    expect(find('ids')).toMatchObject({ style: 'form', explode: true, schema: { type: 'array' } })
    expect(find('if-match')).toMatchObject({ deprecated: true })
  })

  it('of a path without a schema are strings, including the rest of the path', () => {
    expect(Object.keys(document.paths)).toContain('/tasks/of/{owner}/{path}')
    expect(operationIn(document, 'tasks.plain').parameters).toEqual([
      { in: 'path', name: 'owner', required: true, schema: { type: 'string' } },
      { in: 'path', name: 'path', required: true, schema: { type: 'string' } },
    ])
  })

  it('are refused if the query is not an object', () => {
    const list = routes().get('/', { query: z.string() as never }, nothing)
    expect(() => documentOf({ tasks: { list } })).toThrow(
      'the query of tasks.list must be the schema of an object',
    )
  })

  it('have the same names in every route of a path', () => {
    const tasks = routes()
    const modules = {
      tasks: {
        read: tasks.get('/:id', {}, nothing),
        remove: tasks.delete('/:taskId', {}, nothing),
      },
    }
    expect(() => documentOf(modules)).toThrow(
      'tasks.read (/tasks/:id) and tasks.remove (/tasks/:taskId) name the same path differently',
    )
  })

  it('of a form have its media types, of which one carries files', () => {
    const upload = form({
      caption: z.string(),
      image: file({ types: ['image/png', 'image/jpeg'] }),
    })
    const forms = documentOf({
      tasks: {
        login: routes().post('/1', { body: form({ name: z.string() }) }, nothing),
        upload: routes().post('/2', { body: upload }, nothing),
      },
    })
    expect(Object.keys(operationIn(forms, 'tasks.login').requestBody?.content ?? {})).toEqual([
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ])
    expect(operationIn(forms, 'tasks.upload').requestBody?.content).toEqual({
      'multipart/form-data': {
        schema: {
          type: 'object',
          properties: {
            caption: { type: 'string' },
            image: {
              type: 'string',
              format: 'binary',
              anyOf: [{ contentMediaType: 'image/png' }, { contentMediaType: 'image/jpeg' }],
            },
          },
          required: ['caption', 'image'],
          additionalProperties: false,
        },
        encoding: { image: { contentType: 'image/png, image/jpeg' } },
      },
    })
  })

  it.each([
    [z.object({}), true],
    [z.object({}).optional(), false],
    [z.object({}).default({}), false],
    [z.unknown(), false],
  ])('of a body are required unless the body may be absent', (body, required) => {
    const create = routes().post('/', { body }, nothing)
    const operation = operationIn(documentOf({ tasks: { create } }), 'tasks.create')
    expect(operation.requestBody?.required).toBe(required)
  })
})

describe('responses in the document', () => {
  const planLimit = errorType('PLAN_LIMIT', {
    status: 402,
    title: 'The plan is used up',
    data: z.object({ limit: z.int() }),
  })
  const taken = errorType('NAME_TAKEN', { status: 409, title: 'The name is taken' })

  it('of streams have their media type and the schema of an item', () => {
    const document = documentOf({
      tasks: {
        watch: routes().get('/1', { response: sse(z.object({ at: z.date() })) }, nothing),
        dump: routes().get('/2', { response: jsonLines(Task) }, nothing),
      },
    })
    expect(operationIn(document, 'tasks.watch').responses['200']).toMatchObject({
      content: { 'text/event-stream': { schema: { properties: { at: { format: 'date-time' } } } } },
    })
    expect(operationIn(document, 'tasks.dump').responses['200']).toMatchObject({
      content: { 'application/jsonl': { schema: { $ref: '#/components/schemas/Task' } } },
    })
  })

  it('have no body if the status allows none', () => {
    const remove = routes().delete('/', { status: 204 }, () => undefined)
    const { responses } = operationIn(documentOf({ tasks: { remove } }), 'tasks.remove')
    expect(responses['204']).not.toHaveProperty('content')
    expect(responses['200']).toBeUndefined()
  })

  it('of failures are problems, and shared by all operations', () => {
    const read = routes().get('/:id', { errors: [404] }, nothing)
    const document = documentOf({ tasks: { read } })
    expect(operationIn(document, 'tasks.read').responses['404']).toEqual({
      $ref: '#/components/responses/NotFound',
    })
    expect(document.components.responses?.['NotFound']?.content).toEqual({
      'application/problem+json': {
        example: {
          type: 'about:blank',
          title: 'Not found',
          status: 404,
          detail: 'Not found',
          code: 'PLINTH_NOT_FOUND',
          requestId: expect.any(String) as string,
        },
        schema: { $ref: '#/components/schemas/Problem' },
      },
    })
    expect(document.components.responses?.['UnprocessableEntity']?.content).toEqual({
      'application/problem+json': {
        example: expect.objectContaining({
          status: 422,
          errors: [expect.objectContaining({ in: 'query' })],
        }) as object,
        schema: { $ref: '#/components/schemas/ValidationProblem' },
      },
    })
    expect(document.components.responses?.['ServiceUnavailable']?.headers).toEqual({
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      'Retry-After': { $ref: '#/components/headers/RetryAfter' },
    })
  })

  it('of error types have their code and data, beside the general one if both are declared', () => {
    const create = routes().post('/', { errors: [planLimit, taken, 409] }, nothing)
    const document = documentOf({ tasks: { create } })
    const { responses } = operationIn(document, 'tasks.create')
    expect(responses['402']).toMatchObject({
      description: 'The plan is used up',
      content: {
        'application/problem+json': { schema: { $ref: '#/components/schemas/PlanLimitProblem' } },
      },
    })
    expect(document.components.schemas?.['PlanLimitProblem']).toMatchObject({
      properties: {
        code: { const: 'PLAN_LIMIT' },
        status: { const: 402 },
        data: { properties: { limit: { type: 'integer' } } },
      },
    })
    expect(responses['409']).toMatchObject({
      content: {
        'application/problem+json': {
          schema: {
            anyOf: [
              { $ref: '#/components/schemas/NameTakenProblem' },
              { $ref: '#/components/schemas/ValidationProblem' },
            ],
          },
        },
      },
    })
  })

  it('are refused if two error types share a code', () => {
    const other = errorType('PLAN_LIMIT', { status: 403, title: 'Another' })
    const create = routes().post('/', { errors: [planLimit, other] }, nothing)
    expect(() => documentOf({ tasks: { create } })).toThrow(
      'the error types "PLAN_LIMIT" (402, "The plan is used up") and "PLAN_LIMIT" (403, "Another")',
    )
  })
})

describe('security in the document', () => {
  const need = (...credentials: Parameters<typeof dependency>[0][]) =>
    router('/tasks', {
      dependencies: Object.fromEntries(
        credentials.map((needs, at) => [`d${at}`, dependency(needs as never, () => at)]),
      ),
    })
  const securityOf = (tasks: ReturnType<typeof need>) =>
    operationIn(documentOf({ tasks: { read: tasks.get('/', {}, nothing) } }), 'tasks.read').security
  const optional = { required: false }

  it('is empty for a public route', () => {
    expect(securityOf(need())).toEqual([])
  })
  it('requires all required credentials together', () => {
    expect(securityOf(need({ token: bearer() }))).toEqual([{ bearer: [] }])
    expect(securityOf(need({ token: bearer() }, { key: apiKey('x-key') }))).toEqual([
      { bearer: [], 'apiKey_x-key': [] },
    ])
  })
  it('allows an optional credential to be absent', () => {
    expect(securityOf(need({ token: bearer(optional) }))).toEqual([{ bearer: [] }, {}])
    expect(securityOf(need({ token: bearer(optional) }, { again: bearer() }))).toEqual([
      { bearer: [] },
    ])
  })
  it('names the security schemes', () => {
    const tasks = need({ token: bearer() })
    const document = documentOf({ tasks: { read: tasks.get('/', {}, nothing) } })
    expect(document.components.securitySchemes).toEqual({
      bearer: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: expect.stringContaining('Authorization: Bearer') as string,
      },
    })
  })
})

describe('operations in the document', () => {
  it('have ids, tags and texts, and prefer their own', () => {
    const tasks = routes()
    const document = documentOf(
      {
        tasks: {
          list: tasks.get('/', {}, nothing),
          markAllDone: tasks.post(
            '/done',
            { summary: 'All done', description: 'More.', deprecated: true, tags: ['bulk'] },
            nothing,
          ),
          secret: tasks.get('/secret', { documented: false }, nothing),
        },
      },
      { tags: [{ name: 'zoo', description: 'Described' }], servers: [{ url: 'https://a.test' }] },
    )
    expect(operationIn(document, 'tasks.list')).toMatchObject({
      tags: ['tasks'],
      summary: 'List tasks',
    })
    expect(operationIn(document, 'tasks.markAllDone')).toMatchObject({
      tags: ['bulk'],
      summary: 'All done',
      description: 'More.',
      deprecated: true,
    })
    expect(Object.keys(document.paths)).toEqual(['/tasks', '/tasks/done'])
    expect(document.tags.map((tag) => tag.name)).toEqual(['zoo', 'tasks', 'bulk'])
    expect(document.servers).toEqual([{ url: 'https://a.test' }])
  })
})
