/** The strings in a claim: a list, or one string split by `separator`. Anything else counts as empty. */
export function claimValues(claim: unknown, separator: ' ' | ','): string[] {
  const parts: unknown[] =
    typeof claim === 'string' ? claim.split(separator) : Array.isArray(claim) ? claim : []
  return parts.flatMap((part) =>
    typeof part === 'string' && part.trim() !== '' ? [part.trim()] : [],
  )
}
