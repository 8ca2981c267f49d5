/** A caller, for limits: a text, a number, or an object with an `id`, such as a user. `null` is an anonymous caller. */
export type CallerKey = string | number | bigint | { readonly id: string | number } | null

/** Returns the text of a caller; `undefined` for an anonymous one. */
export function textOfCaller(caller: CallerKey | undefined): string | undefined {
  if (caller === null || caller === undefined) return undefined
  const id = typeof caller === 'object' ? caller.id : caller
  return id === '' ? undefined : String(id)
}
