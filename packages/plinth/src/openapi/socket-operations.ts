import type { ZodOpenApiOperationObject } from 'zod-openapi'
import type { SocketDeclaration } from '../routing/sockets/socket.types.ts'
import { closeCodesOf } from './close-codes-of.ts'
import { documentedSchema } from './documented-schema.ts'
import type { ErrorDocuments } from './error-documents.ts'
import { failuresOf } from './failures-of.ts'
import { given } from './given.ts'
import type {
  DocumentedRoute,
  OpenApiDocument,
  OpenApiOperation,
  OpenApiSocket,
} from './openapi.types.ts'
import { aboutOperation, prepare, type PreparedSocket } from './operation-of.ts'
import { finishParameters } from './parameters-of.ts'
import { failureResponse } from './responses.ts'
import type { AnySchema } from '../schemas/any-schema.ts'

/** Determines the documented path and the parameters of a socket. */
export function prepareSocket(one: DocumentedRoute): PreparedSocket {
  const { receive, route } = one.named
  const { socket, path } = route
  if (socket === undefined) throw new TypeError(`${path} is not a socket`)
  return { ...prepare(one), socket: { ...socket, receive } }
}

/**
 * A socket as an operation, so that its schemas become components like those of routes.
 *
 * The body stands for the messages of the client, and the response 101 for those of the server.
 */
export function socketOperation(
  one: PreparedSocket,
  documents: ErrorDocuments,
): ZodOpenApiOperationObject {
  const { receive, send } = one.socket
  const content = (schema: AnySchema) => ({
    'application/json': { schema: documentedSchema(schema) },
  })
  const failures = failuresOf(one).map(
    (failure) => [failure.status, failureResponse(failure, documents)] as const,
  )
  return {
    ...aboutOperation(one),
    ...given({ requestBody: receive && { content: content(receive) } }),
    responses: {
      101: { description: 'The connection is open', ...(send && { content: content(send) }) },
      ...Object.fromEntries(failures),
    },
  }
}

/** OpenAPI has no operation for a socket. This method is used by no route, so it is free for one. */
export const socketMethod = 'trace'

/** The sockets of a document that was written with {@link socketOperation}s, by path. */
export function socketsIn(
  document: OpenApiDocument,
  sockets: readonly PreparedSocket[],
): Readonly<Record<string, OpenApiSocket>> {
  return Object.fromEntries(
    sockets.map((one) => [one.path, socketOf(document.paths[one.path]![socketMethod]!, one)]),
  )
}

/** The limits that a client can reach. The others are between the server and its network. */
function limitsOf({ limits: { message, rate, idle, perCaller } }: SocketDeclaration) {
  return { message, rate, ...(idle > 0 && { idle }), ...(perCaller > 0 && { perCaller }) }
}

function socketOf(operation: OpenApiOperation, one: PreparedSocket): OpenApiSocket {
  const { requestBody, parameters, responses, ...about } = operation
  const { 101: open, ...refusals } = responses
  const sent = open !== undefined && 'content' in open ? open.content : undefined
  return {
    ...about,
    ...(parameters && { parameters: finishParameters(parameters, one.parameters) }),
    ...given({
      receive: requestBody?.content['application/json']?.schema,
      send: sent?.['application/json']?.schema,
    }),
    closeCodes: closeCodesOf(one),
    limits: limitsOf(one.socket),
    responses: refusals,
  }
}
