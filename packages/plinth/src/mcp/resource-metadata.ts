import type { ProtectedResource } from '../dependencies/traits.ts'

const wellKnown = '/.well-known/oauth-protected-resource'

/**
 * The paths of a resource's metadata: that of the URL, and that of the origin, which older clients ask.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9728#section-3
 */
export function metadataPaths({ url }: ProtectedResource): readonly [string, string] {
  const { pathname } = new URL(url)
  return [`${wellKnown}${pathname === '/' ? '' : pathname}`, wellKnown]
}

/** The URL of a resource's metadata. */
export const metadataUrl = (resource: ProtectedResource): string =>
  new URL(resource.url).origin + metadataPaths(resource)[0]

/** The metadata of a resource (RFC 9728), which tells clients where to get a token. */
export function resourceMetadata(
  { url, authorizationServers }: ProtectedResource,
  { title, scopes }: { readonly title: string; readonly scopes: readonly string[] },
): object {
  return {
    resource: url,
    resource_name: title,
    authorization_servers: authorizationServers,
    bearer_methods_supported: ['header'],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
  }
}

/** Completes the challenge of a 401 or 403 with the URL of the metadata, which clients follow to sign in. */
export function challengeWith(
  resource: ProtectedResource,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const all = { ...parameters, resource_metadata: metadataUrl(resource) }
  const written = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value}"`],
  )
  return `Bearer ${written.join(', ')}`
}
