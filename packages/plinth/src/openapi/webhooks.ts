import type { ZodOpenApiOperationObject } from 'zod-openapi'
import type { CallbackOptions, WebhookOptions } from '../routing/route-words.ts'
import { documentedSchema } from './documented-schema.ts'
import { given } from './given.ts'
import { requestBodyOf } from './request-body-of.ts'

/** The `webhooks` of a document. */
export const webhooksOf = (webhooks: Readonly<Record<string, WebhookOptions>>) =>
  Object.fromEntries(
    Object.entries(webhooks).map(([name, options]) => [
      name,
      { [options.method ?? 'post']: sentRequest(options) },
    ]),
  )

/** The `callbacks` of an operation. */
export const callbacksOf = (callbacks: Readonly<Record<string, CallbackOptions>>) =>
  Object.fromEntries(
    Object.entries(callbacks).map(([name, options]) => [
      name,
      { [options.url]: { [options.method ?? 'post']: sentRequest(options) } },
    ]),
  )

function sentRequest(options: WebhookOptions): ZodOpenApiOperationObject {
  const { body, response, status = 200 } = options
  const content = response && { 'application/json': { schema: documentedSchema(response) } }
  return {
    ...given({ ...wordsOf(options), requestBody: requestBodyOf(body) }),
    // The receiver decides who may send.
    security: [],
    responses: {
      [status]: { description: 'The request was received', ...given({ content }) },
    },
  }
}

const wordsOf = ({ summary, description, tags, deprecated, operationId }: WebhookOptions) => ({
  operationId,
  summary,
  description,
  tags,
  deprecated,
})
