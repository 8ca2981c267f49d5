import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'

/**
 * Options of Swagger UI, for `docs: { ui: { … } }`.
 *
 * @see https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/
 */
export interface SwaggerUiOptions {
  /** Puts the open operation into the URL. Default `true`. */
  readonly deepLinking?: boolean
  /** Shows the operation ids. Default `false`. */
  readonly displayOperationId?: boolean
  /** Shows how long a request of "Try it out" took. Default `true`. */
  readonly displayRequestDuration?: boolean
  /** How deep a schema is open. Default 1. */
  readonly defaultModelExpandDepth?: number
  /** How deep the list of schemas is open: 0 closes it, -1 hides it. Default 0. */
  readonly defaultModelsExpandDepth?: number
  /** The first view of a response. Default `example`. */
  readonly defaultModelRendering?: 'example' | 'model'
  /** The parts that are open at first: the `list` of operations, everything (`full`), or nothing (`none`). Default `list`. */
  readonly docExpansion?: 'list' | 'full' | 'none'
  /** Shows a filter of groups, with this text at first. Default `false`. */
  readonly filter?: boolean | string
  readonly maxDisplayedTags?: number
  /** Default: in the order of the document. */
  readonly operationsSorter?: 'alpha' | 'method'
  /** Default: in the order of the document. */
  readonly tagsSorter?: 'alpha'
  /**
   * Keeps tokens and API keys over a reload, in the browser's `localStorage`. Passwords are never kept.
   * Default `true`.
   */
  readonly persistAuthorization?: boolean
  /** Shows requests as commands for several shells. Default `false`. */
  readonly requestSnippetsEnabled?: boolean
  readonly showExtensions?: boolean
  readonly showCommonExtensions?: boolean
  /** Methods with "Try it out". Default: all. */
  readonly supportedSubmitMethods?: readonly ('get' | 'put' | 'post' | 'delete' | 'patch')[]
  readonly syntaxHighlight?: boolean | { readonly activated?: boolean; readonly theme?: string }
  /** Opens "Try it out" in each operation. Default `true`. */
  readonly tryItOutEnabled?: boolean
  /** Sends cookies to another origin. Default `false`. */
  readonly withCredentials?: boolean
  /** Fills in the dialog of Authorize for OAuth2 and OpenID Connect. */
  readonly oauth?: {
    readonly clientId?: string
    readonly appName?: string
    /** The scopes that are selected at first. */
    readonly scopes?: readonly string[]
    readonly additionalQueryStringParams?: Readonly<Record<string, string>>
    /** Uses PKCE with the authorization-code flow. Default `false`. */
    readonly usePkceWithAuthorizationCodeGrant?: boolean
  }
}

const swaggerUiOptions: OptionNames<SwaggerUiOptions> = {
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  defaultModelExpandDepth: true,
  defaultModelsExpandDepth: true,
  defaultModelRendering: true,
  docExpansion: true,
  filter: true,
  maxDisplayedTags: true,
  operationsSorter: true,
  tagsSorter: true,
  persistAuthorization: true,
  requestSnippetsEnabled: true,
  showExtensions: true,
  showCommonExtensions: true,
  supportedSubmitMethods: true,
  syntaxHighlight: true,
  tryItOutEnabled: true,
  withCredentials: true,
  oauth: true,
}
const oauthOptions: OptionNames<NonNullable<SwaggerUiOptions['oauth']>> = {
  clientId: true,
  appName: true,
  scopes: true,
  additionalQueryStringParams: true,
  usePkceWithAuthorizationCodeGrant: true,
}

/**
 * Checks the options of Swagger UI.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist here, or a client secret
 */
export function checkSwaggerUiOptions(options: SwaggerUiOptions | undefined): void {
  checkOptions(options, swaggerUiOptions, 'app(): docs.ui')
  const oauth: object | undefined = options?.oauth
  if (oauth !== undefined && 'clientSecret' in oauth)
    throw new PlinthError(
      'PLINTH_OPTION_UNKNOWN',
      'app(): docs.ui.oauth: clientSecret would be sent to everyone who opens the page. Remove it, and use PKCE',
    )
  checkOptions(oauth, oauthOptions, 'app(): docs.ui.oauth')
}
