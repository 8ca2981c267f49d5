import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { viewers, type DocsReference } from '../openapi/docs-viewers.ts'
import { checkSwaggerUiOptions, type SwaggerUiOptions } from '../openapi/swagger-ui-options.ts'

/** Options of the documentation. */
export interface DocsOptions {
  /** Path of the page. Default `/docs`. */
  readonly path?: `/${string}`
  /** Path of the document. Default `/openapi.json`. */
  readonly document?: `/${string}`
  /** The program that shows the documentation, from Plinth's own files. Default `swagger-ui`. */
  readonly reference?: DocsReference
  /** Options of Swagger UI. With `reference: 'scalar'`, they are refused. */
  readonly ui?: SwaggerUiOptions
  /**
   * Other origins that the page may call, such as `https://api.example.com`.
   * Default: those where its security schemes sign in.
   */
  readonly connectTo?: readonly string[]
}

const docsOptions: OptionNames<DocsOptions> = {
  path: true,
  document: true,
  reference: true,
  ui: true,
  connectTo: true,
}

const invalid = (message: string): PlinthError =>
  new PlinthError('PLINTH_ROUTE_INVALID', `app(): docs.${message}`)

function checkOrigin(text: string): void {
  const url = URL.parse(text)
  // Anything else would end the directive of the content security policy, and begin another.
  if (url === null || !/^(?:https?|wss?):$/.test(url.protocol) || text !== url.origin)
    throw invalid(
      `connectTo contains ${JSON.stringify(text)}, which is not an origin. Write it like https://api.example.com`,
    )
}

/**
 * Checks the options of the documentation.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist; `PLINTH_ROUTE_INVALID`: one that is
 * invalid, or has no effect
 */
export function checkDocsOptions(options: DocsOptions): void {
  checkOptions(options, docsOptions, 'app(): docs')
  const { reference = 'swagger-ui', ui, connectTo = [] } = options
  if (!Object.hasOwn(viewers, reference))
    throw invalid(
      `reference must be ${Object.keys(viewers).join(' or ')}. Received: ${JSON.stringify(reference)}`,
    )
  if (reference !== 'swagger-ui' && ui !== undefined)
    throw invalid(
      `ui has options of Swagger UI, and reference is '${reference}'. Remove one of them`,
    )
  checkSwaggerUiOptions(ui)
  for (const origin of connectTo) checkOrigin(origin)
}
