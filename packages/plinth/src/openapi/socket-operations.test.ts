import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../app/app.ts'
import { clientTypes } from '../app/client-types.ts'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { query } from '../dependencies/parameter.ts'
import { errorType } from '../errors/error-type.ts'
import { router } from '../routing/router.ts'

const Message = z
  .object({ text: z.string(), at: z.date().default(new Date(0)) })
  .meta({ id: 'Message' })
const left = errorType('LEFT', { status: 410, title: 'The room is gone' })
const page = dependency({ since: query(z.date().optional()) }, (it) => it)
const user = dependency({ token: bearer() }, ({ token }) => token)

function apiOf(documented = true) {
  const rooms = router('/rooms', { tags: ['Rooms'] })
  return app({
    title: 'Chat',
    routes: {
      rooms: {
        talk: rooms.socket(
          '/:room',
          {
            params: z.object({ room: z.int() }),
            receive: Message,
            send: z.union([Message, z.object({ left: z.string() })]),
            dependencies: { page, user },
            errors: [left, 403, 503],
            closes: { 4001: 'The room was closed' },
            limits: { idle: 60_000 },
            summary: 'Talk',
            description: 'Messages of a room.',
            documented,
          },
          async function* () {},
        ),
        read: rooms.get(
          '/:room',
          { params: z.object({ room: z.int() }), response: Message },
          () => ({ text: '', at: new Date() }),
        ),
      },
    },
  })
}

describe('a socket in the document', () => {
  const document = apiOf().openapi()
  const socket = document['x-websockets']!['/rooms/{room}']!

  it('is an extension by path, beside the route of that path', () => {
    expect(Object.keys(document['x-websockets']!)).toEqual(['/rooms/{room}'])
    expect(Object.keys(document.paths['/rooms/{room}']!)).toEqual(['get'])
    expect(socket).toMatchObject({
      operationId: 'rooms.talk',
      tags: ['Rooms'],
      summary: 'Talk',
      description: 'Messages of a room.',
      security: [{ bearer: [] }],
      limits: { message: 65_536, rate: 50, idle: 60_000, perCaller: 20 },
    })
  })

  it('has both messages, whose named schemas are components', () => {
    expect(socket.receive).toEqual({ $ref: '#/components/schemas/Message' })
    expect(socket.send).toMatchObject({
      anyOf: [{ $ref: '#/components/schemas/MessageOutput' }, {}],
    })
    expect(document.components.schemas).toMatchObject({
      Message: { required: ['text'] },
      MessageOutput: { required: ['text', 'at'] },
    })
  })

  it('has its parameters, and the responses that refuse a connection', () => {
    expect(socket.parameters?.map(({ in: place, name }) => `${place} ${name}`)).toEqual([
      'path room',
      'query since',
    ])
    expect(Object.keys(socket.responses)).toEqual('400 401 403 410 422 429 500 503'.split(' '))
  })

  it('has the close codes: general ones, declared errors, and its own', () => {
    expect(socket.closeCodes).toMatchObject({
      1000: 'Normal end',
      1012: 'The server is restarting: connect again',
      4001: 'The room was closed',
      4403: 'Not allowed',
      4408: 'No message for 60 seconds: connect again when needed',
      4410: 'The room is gone',
      4422: 'A message does not match its schema',
    })
    expect(socket.closeCodes).not.toHaveProperty('4503')
  })

  it('keeps the document valid', async () => {
    const result = await new Validator().validate(structuredClone(document) as never)
    expect(result.errors).toBeUndefined()
  })

  it('is left out with documented: false, and an app without sockets has no extension', () => {
    expect(apiOf(false).openapi()).not.toHaveProperty('x-websockets')
  })
})

it('a socket that takes no messages has no schema for them', () => {
  const clock = router('/clock').socket('/', { send: z.date() }, async function* () {})
  const socket = app({ title: 'Clock', routes: { clock: { clock } } }).openapi()['x-websockets']![
    '/clock'
  ]!
  expect(socket).not.toHaveProperty('receive')
  expect(socket.closeCodes).not.toHaveProperty('4422')
  expect(socket.send).toEqual({ type: 'string', format: 'date-time' })
})

it('two schemas with one name are refused, also in messages', () => {
  const Other = z.object({ n: z.int() }).meta({ id: 'Message' })
  const rooms = router('/rooms')
  const talk = rooms.socket('/', { receive: Message, send: Other }, async function* () {})
  expect(() => app({ title: 'Chat', routes: { rooms: { talk } } }).openapi()).toThrow(
    'two different schemas are named "Message" in the OpenAPI document, one in receive of rooms.talk, one in send of rooms.talk',
  )
})

it("the client's types have a socket with its messages in their wire form", () => {
  const text = clientTypes(apiOf())
  expect(text).toContain(`'rooms.talk': {
    readonly method: 'socket'
    readonly path: '/rooms/:room'`)
  expect(text).toContain('readonly receive: MessageInput\n')
  expect(text).toContain('readonly send: Message | {')
  expect(text).toContain('readonly closes: 4001\n')
})
