/** The texts of a claim: a list, or one text that is separated by `separator`. Anything else is none. */
export function claimValues(claim: unknown, separator: ' ' | ','): string[] {
  const parts: unknown[] =
    typeof claim === 'string' ? claim.split(separator) : Array.isArray(claim) ? claim : []
  return parts.flatMap((part) =>
    typeof part === 'string' && part.trim() !== '' ? [part.trim()] : [],
  )
}
