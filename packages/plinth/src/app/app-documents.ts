import { changedBy } from '../openapi/api-description.ts'
import type { ErrorFormat } from '../openapi/error-documents.ts'
import { openapi, type DocumentedRoute, type OpenApiDocument } from '../openapi/openapi.ts'
import { sentBy } from '../routing/responses/route-naming.ts'
import type { AnyAppOptions } from './app.types.ts'

/** The documented parts of an app. */
interface Documented {
  readonly routes: readonly DocumentedRoute[]
  readonly sockets: readonly DocumentedRoute[]
  readonly errorFormat: ErrorFormat
}

/** The OpenAPI documents of an app: one for each base path, such as those of its mounts. */
export class AppDocuments {
  readonly #known = new Map<string, OpenApiDocument>()
  readonly #options: AnyAppOptions
  readonly #documented: () => Documented

  constructor(options: AnyAppOptions, documented: () => Documented) {
    this.#options = options
    this.#documented = documented
  }

  /** @param basePath - the public path in front of the app's paths */
  at(basePath: string): OpenApiDocument {
    const known = this.#known.get(basePath)
    if (known !== undefined) return known
    const document = documentOf(this.#options, basePath, this.#documented())
    this.#known.set(basePath, document)
    return document
  }
}

/**
 * Creates the OpenAPI document of an app.
 *
 * @param basePath - the public path in front of the app's paths
 */
function documentOf(
  options: AnyAppOptions,
  basePath: string,
  { routes, sockets, errorFormat }: Documented,
): OpenApiDocument {
  const { version = '0.0.0', servers, webhooks, naming } = options
  const info = {
    ...options,
    ...(webhooks && naming && { webhooks: sentBy(webhooks, naming) }),
    version,
    groups: Object.keys(options.routes),
    ...(basePath !== '' && { servers: servers ?? [{ url: basePath }] }),
  }
  return changedBy(options.openapi, openapi(info, { routes, sockets }, errorFormat))
}
