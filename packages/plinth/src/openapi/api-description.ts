import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { checkWebhooks, type NameableRoute } from '../routing/route-words.ts'
import type { ApiWords, OpenApiDocument, SchemaOptions } from './openapi.types.ts'

/** The words of an app about itself, the names of its operations, and its own change of the document. */
export interface ApiDescription extends ApiWords, SchemaOptions {
  /**
   * Returns the operation id of a route that declares none. Default: `tasks.list` for `list` of the module `tasks`.
   *
   * The log, `conformance()` and generated clients use it, too.
   */
  readonly operationId?: (route: NameableRoute) => string
  /** Changes the document at last. It returns the document, and is called once. */
  readonly openapi?: (document: OpenApiDocument) => OpenApiDocument
}

/** The names of these options. */
export const descriptionOptions: OptionNames<ApiDescription> = {
  summary: true,
  termsOfService: true,
  contact: true,
  license: true,
  servers: true,
  tags: true,
  webhooks: true,
  operationId: true,
  openapi: true,
  separateInputOutputSchemas: true,
}

const nested = {
  contact: { name: true, url: true, email: true },
  license: { name: true, identifier: true, url: true },
} as const
const nestedLists = {
  servers: { url: true, description: true },
  tags: { name: true, description: true },
} as const

/**
 * Checks what an app says about itself.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: a name that does not exist
 * @throws {PlinthError} `PLINTH_OPENAPI_INVALID`: a value that the document must not have
 */
export function checkDescription(options: ApiDescription): void {
  for (const name of ['contact', 'license'] as const)
    checkOptions(options[name], nested[name], `app(): ${name}`)
  for (const name of ['servers', 'tags'] as const)
    for (const one of options[name] ?? []) checkOptions(one, nestedLists[name], `app(): ${name}`)
  const { license, tags = [], operationId, openapi } = options
  if (license !== undefined && !license.name) throw invalid('license needs a name, such as MIT')
  if (license?.identifier !== undefined && license.url !== undefined)
    throw invalid('license has an identifier and a url: OpenAPI allows only one of them')
  const twice = tags.find(({ name }, at) => tags.findIndex((other) => other.name === name) < at)
  if (twice !== undefined) throw invalid(`tags has "${twice.name}" twice`)
  if (operationId !== undefined && typeof operationId !== 'function')
    throw invalid('operationId must be a function from a route to its id')
  if (openapi !== undefined && typeof openapi !== 'function')
    throw invalid('openapi must be a function from the document to the document')
  const { separateInputOutputSchemas: separate } = options
  if (separate !== undefined && typeof separate !== 'boolean')
    throw invalid('separateInputOutputSchemas must be true or false')
  checkWebhooks(options.webhooks)
}

/** The document after the app's own change. */
export function changedBy(
  change: ApiDescription['openapi'],
  document: OpenApiDocument,
): OpenApiDocument {
  if (change === undefined) return document
  const changed: unknown = change(document)
  if (typeof changed === 'object' && changed !== null && 'openapi' in changed && 'paths' in changed)
    return changed as OpenApiDocument
  throw invalid('openapi must return the document')
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_OPENAPI_INVALID', `app(): ${problem}`)
