import { headerItems } from '../header-items.ts'

/** A content coding that bodies can be compressed with. */
export type Encoding = 'zstd' | 'br' | 'gzip'

const codingOf = /^([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*$/i

/**
 * Chooses the content coding of a response by the q-values of `Accept-Encoding`. Equal ones follow the offered order.
 *
 * @returns `undefined` if the client accepts none of them, or prefers a body without one
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
 */
export function chooseEncoding<E extends Encoding>(
  accepted: string | null,
  offered: readonly E[],
): E | undefined {
  if (accepted === null) return undefined
  const weights = new Map<string, number>()
  for (const item of headerItems(accepted)) {
    const found = codingOf.exec(item)
    if (found === null) continue
    const name = found[1]!.toLowerCase()
    weights.set(name === 'x-gzip' ? 'gzip' : name, Number(found[2] ?? 1))
  }
  let best: E | undefined
  let most = weights.get('identity') ?? 0
  for (const name of offered) {
    const weight = weights.get(name) ?? weights.get('*') ?? 0
    if (weight > most || (weight === most && weight > 0 && best === undefined)) {
      best = name
      most = weight
    }
  }
  return best
}
