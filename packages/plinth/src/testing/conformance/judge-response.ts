import type {
  OpenApiContent,
  OpenApiDocument,
  OpenApiReference,
  OpenApiResponse,
} from '../../openapi/openapi.types.ts'
import { checkJsonSchema } from './json-schema-check.ts'
import type { Case, Target } from './conformance-request.ts'

/** The ways a response can disagree with the document. */
export type FindingKind =
  | 'undeclared-status'
  | 'undeclared-field'
  | 'content-type'
  | 'invalid-body'
  | 'server-error'
  | 'accepted-negative'
  | 'refused-positive'

/** The parts of a response that are checked. */
export interface JudgedResponse {
  readonly status: number
  readonly type: string | null
  readonly text: string
}

type Verdicts = readonly (readonly [kind: FindingKind, detail: string])[]

/** Compares a response with the document and with the expectation of its case. */
export function judgeResponse(
  response: JudgedResponse,
  { operation }: Target,
  { document, expected }: { document: OpenApiDocument; expected: Case['expected'] },
): Verdicts {
  const declared = operation.responses[response.status] ?? operation.responses['default']
  const asked = isOwnError(response, declared) ? undefined : expected
  const found: [FindingKind, string][] = [...judgeStatus(response, asked)]
  if (declared === undefined) {
    const statuses = Object.keys(operation.responses).join(', ')
    return [...found, ['undeclared-status', `${response.status} is not one of ${statuses}`]]
  }
  return [...found, ...judgeBody(response, responseOf(declared, document).content, document)]
}

/** Tests for an error that the operation itself declares, such as a wrong password, which says nothing about the form. */
const isOwnError = (
  { status, text }: JudgedResponse,
  declared: OpenApiResponse | OpenApiReference | undefined,
): boolean =>
  status === 400 &&
  declared !== undefined &&
  !('$ref' in declared) &&
  !text.includes('"code":"PLINTH_')

/** The statuses of a request that is refused for its form. */
const refusals = new Set([400, 413, 414, 415, 422, 431])

function judgeStatus(
  { status, text }: JudgedResponse,
  expected: Case['expected'] | undefined,
): [FindingKind, string][] {
  // A rate limit decides before anything else, and says nothing about the request.
  if (status === 429) return []
  if (status >= 500) return [['server-error', `${status}: ${text.slice(0, 200)}`]]
  const isRefused = status >= 400
  if (expected === 'accept' && refusals.has(status))
    return [['refused-positive', `${status}: ${text.slice(0, 300)}`]]
  if (expected === 'refuse' && !isRefused) return [['accepted-negative', `${status}`]]
  if (typeof expected === 'number' && status !== expected)
    return [['accepted-negative', `${status} instead of ${expected}`]]
  return []
}

const responseOf = (
  response: OpenApiResponse | OpenApiReference,
  document: OpenApiDocument,
): OpenApiResponse => {
  if (!('$ref' in response)) return response
  const name = response.$ref.replace('#/components/responses/', '')
  return document.components.responses?.[name] ?? { description: '' }
}

/** Removes parameters: `application/json; charset=utf-8` -> `application/json`. */
const mediaType = (type: string): string => (type.split(';')[0] ?? '').trim().toLowerCase()

function judgeBody(
  { status, type, text }: JudgedResponse,
  content: OpenApiContent | undefined,
  document: OpenApiDocument,
): [FindingKind, string][] {
  if (content === undefined)
    return text === ''
      ? []
      : [['invalid-body', `${status} is declared without a body, but has one`]]
  const sent = mediaType(type ?? '')
  const declared = content[sent] ?? content[sent.replace(/\/.*/, '/*')] ?? content['*/*']
  if (declared === undefined)
    return [['content-type', `${sent || 'none'} is not ${Object.keys(content).join(' or ')}`]]
  if (!sent.endsWith('json') || declared.schema === undefined) return []
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return [['invalid-body', 'Not JSON']]
  }
  return checkJsonSchema(declared.schema, value, document).map(({ kind, path, message }) => [
    kind === 'undeclared' ? 'undeclared-field' : 'invalid-body',
    `${status} ${path || 'the body'}: ${message}`,
  ])
}
