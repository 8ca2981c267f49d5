/** A value that JSON cannot carry, with the change to make. */
export class NotJson extends Error {
  override readonly name = 'NotJson'
  constructor(path: readonly (string | number)[], what: string, remedy: string) {
    super(`${path.length === 0 ? 'the value' : path.join('.')} is ${what}: ${remedy}`)
  }
}

type Path = (string | number)[]

/** The deepest nesting that is written. A value that contains itself is deeper than any limit. */
const mostLevels = 1000

/**
 * Writes any value as JSON, as `JSON.stringify()` does, but never loses a part of it silently.
 *
 * A `Set` is written as a list and a bigint as text, as their schemas do. `undefined` is `null`, and is left out of an
 * object. Dates and other objects with `toJSON()` are written by it, instances of other classes by their public fields.
 *
 * @throws {NotJson} a part of the value has no JSON form, such as a `Map`, bytes, `NaN` or a promise
 */
export const writeJson = (value: unknown): string => JSON.stringify(jsonOf(value, [])) ?? 'null'

/** Returns a value that `JSON.stringify()` writes in full: the same one, unless a part has to change. */
function jsonOf(value: unknown, path: Path): unknown {
  if (typeof value === 'object') return value === null ? null : jsonOfObject(value, path)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new NotJson(path, String(value), 'JSON has no such number, return null or text')
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new NotJson(path, `a ${typeof value}`, 'return data')
  return value
}

function jsonOfObject(value: object, path: Path): unknown {
  if (path.length > mostLevels)
    throw new NotJson([], `nested more than ${mostLevels} levels deep`, 'it may contain itself')
  if (Array.isArray(value)) return jsonOfList(value, path)
  if (isPlain(value)) return jsonOfFields(value as Readonly<Record<string, unknown>>, path)
  if (value instanceof Set) return jsonOfList([...value], path)
  if (ArrayBuffer.isView(value)) throw new NotJson(path, 'bytes', remedies.bytes)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value
  const { toJSON } = value as { readonly toJSON?: unknown }
  if (typeof toJSON === 'function' && !(value instanceof Date))
    return jsonOf((toJSON as (this: object, key: string) => unknown).call(value, ''), path)
  if (!hasFields(value)) throw refusal(value, path)
  return jsonOfFields(value as Readonly<Record<string, unknown>>, path)
}

/** Tests for an instance of a class whose data is in fields of its own, such as a row of a driver. */
const hasFields = (value: object): boolean =>
  Object.keys(value).length > 0 && !('then' in value) && !(value instanceof Error)

/** Tests for an object without a class, in any realm: above its prototype is nothing. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return !('toJSON' in value)
  return Object.getPrototypeOf(prototype) === null && !('toJSON' in value)
}

function jsonOfList(list: readonly unknown[], path: Path): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let at = 0; at < list.length; at++) {
    path.push(at)
    const item = jsonOf(list[at], path)
    if (item !== list[at]) (copy ??= [...list])[at] = item
    path.pop()
  }
  return copy ?? list
}

function jsonOfFields(
  fields: Readonly<Record<string, unknown>>,
  path: Path,
): Readonly<Record<string, unknown>> {
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (typeof value === 'string') continue
    path.push(name)
    const json = jsonOf(value, path)
    // Defined and not assigned, since a field may be named __proto__.
    if (json !== value)
      Object.defineProperty((copy ??= { ...fields }), name, { ...asField, value: json })
    path.pop()
  }
  return copy ?? fields
}
const asField = { configurable: true, enumerable: true, writable: true }

const remedies = {
  bytes: 'return text, such as Buffer.from(bytes).toString("base64"), or a Response with the bytes',
  promise: 'await it before you return it',
  map: 'return Object.fromEntries(map) or [...map]',
  iterable: 'return a list: [...iterable]',
  other: 'it has no public fields, so return a plain object, or give its class a toJSON()',
}

function refusal(value: object, path: Path): NotJson {
  const name = (value.constructor as { readonly name?: string } | undefined)?.name || 'object'
  const refuse = (remedy: keyof typeof remedies, what = `an instance of ${name}`): NotJson =>
    new NotJson(path, what, remedies[remedy])
  if (value instanceof Map) return refuse('map', 'a Map')
  if (value instanceof Date) return new NotJson(path, 'an invalid Date', 'return null or a date')
  if ('then' in value) return refuse('promise', 'a promise or a query that has not run')
  if (value instanceof ArrayBuffer || value instanceof Blob) return refuse('bytes')
  return refuse(Symbol.iterator in value ? 'iterable' : 'other')
}
