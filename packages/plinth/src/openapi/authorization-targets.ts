import type { OpenApiDocument } from './openapi.types.ts'

/** The part of a security scheme that has URLs. */
interface SchemeWithUrls {
  readonly openIdConnectUrl?: string
  readonly flows?: Readonly<
    Record<string, { readonly tokenUrl?: string; readonly refreshUrl?: string } | undefined>
  >
}

/** The hosts that Authorize of the documentation page calls, and whether it opens a window. */
export interface AuthorizationTargets {
  /** Origins besides the page's own, such as `https://login.example.com`. */
  readonly origins: readonly string[]
  /** `true` if a scheme signs in on a page of another server. */
  readonly opensWindow: boolean
}

/** Finds what the security schemes of a document call. */
export function authorizationTargets({ components }: OpenApiDocument): AuthorizationTargets {
  const schemes = Object.values(components.securitySchemes ?? {}) as SchemeWithUrls[]
  const flows = schemes.flatMap((scheme) => Object.entries(scheme.flows ?? {}))
  const urls = [
    ...schemes.map((scheme) => scheme.openIdConnectUrl),
    ...flows.flatMap(([, flow]) => [flow?.tokenUrl, flow?.refreshUrl]),
  ]
  const origins = urls.flatMap((url) => (url === undefined ? [] : (URL.parse(url)?.origin ?? [])))
  return {
    origins: [...new Set(origins)],
    opensWindow:
      schemes.some((scheme) => scheme.openIdConnectUrl !== undefined) ||
      flows.some(([name]) => name === 'authorizationCode' || name === 'implicit'),
  }
}
