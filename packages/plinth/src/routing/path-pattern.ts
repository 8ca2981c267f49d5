import { PlinthError } from '../errors/plinth-error.ts'

/** A part of a route's path between two slashes. */
export type PathSegment =
  /** Literal text, decoded. */
  | { readonly kind: 'literal'; readonly text: string }
  /** `:name`, one segment. */
  | { readonly kind: 'name'; readonly name: string }
  /** A last `:name*`, the rest of the path, which may be empty. */
  | { readonly kind: 'rest'; readonly name: string }

const named = /^:([\p{ID_Start}_][\p{ID_Continue}]*)(\*?)$/u

/**
 * Splits a path into its segments. Literal text is decoded: `/%C3%BCber` and `/über` are the same path.
 *
 * @param path - one that {@link checkPath} accepts
 */
export function segmentsOf(path: string): PathSegment[] {
  return path
    .slice(1)
    .split('/')
    .map((text) => {
      const found = named.exec(text)
      if (found === null) return { kind: 'literal', text: decodeSegment(text) }
      return { kind: found[2] === '*' ? 'rest' : 'name', name: found[1]! }
    })
}

/** Decodes percent-encoded text. Text that is not valid UTF-8 then stays as it is. */
export function decodeSegment(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

// Clients never encode letters and digits. One who does may want to evade a path rule of a proxy.
const encodedLetter = /%(?:3\d|[46][1-9a-f]|[57][\da])/i

/** Returns the literal text that a segment of a request stands for; `undefined` if it stands for none. */
export const literalText = (sent: string): string | undefined =>
  encodedLetter.test(sent) ? undefined : decodeSegment(sent)

/** Returns the names in a path: `/projects/:projectId/files/:path*` -> `['projectId', 'path']`. */
export const pathNames = (path: string): string[] =>
  segmentsOf(path).flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]))

/** A text that two paths share if every request to one of them matches the other: names do not count. */
export const pathShape = (path: string): string =>
  segmentsOf(path)
    .map((segment) => {
      if (segment.kind === 'literal') return encodeURIComponent(segment.text)
      return segment.kind === 'name' ? ':' : ':*'
    })
    .join('/')

/** Converts a path to OpenAPI's form: `/projects/:id/files/:path*` -> `/projects/{id}/files/{path}`. */
export const documentedPath = (path: string): string =>
  path
    .split('/')
    .map((text) => text.replace(named, '{$1}'))
    .join('/')

/** Joins a prefix and a path: '/items' and '/' -> '/items'; '/items/' and '/' -> '/items/'; '/items/' and '/:id' -> '/items/:id'. */
export function joinPath(prefix: string, path: string): string {
  if (path === '/') return prefix || '/'
  return path !== '' && prefix.endsWith('/') ? prefix.slice(0, -1) + path : prefix + path
}

/**
 * Joins the prefix of a router and the path of a route, and checks it.
 *
 * @param method - for the message
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: it does not begin with a slash, or does not follow the grammar
 */
export function pathBelow(prefix: string, path: string, method: string): string {
  if (!path.startsWith('/'))
    throw new PlinthError(
      'PLINTH_ROUTE_INVALID',
      `the path "${path}" must begin with a slash, such as "/:id"`,
    )
  const full = joinPath(prefix, path)
  if (full !== '/') checkPath(full, `${method} ${full}`)
  return full
}

/** Returns the path with its trailing slash, or without it if it has one. */
export const otherSlash = (path: string): string =>
  path.endsWith('/') ? path.slice(0, -1) : `${path}/`

/**
 * Checks that a path follows the grammar: literal text, `:name`, a last `:name*`, and a trailing slash if there is one.
 *
 * @param where - the route or the router, for the message
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: it does not; the message says which form to write
 */
export function checkPath(path: string, where: string): void {
  const texts = path.slice(1).split('/')
  for (const [at, text] of texts.entries()) {
    const advice = adviceFor(text, at === texts.length - 1)
    if (advice !== undefined)
      throw new PlinthError(
        'PLINTH_ROUTE_INVALID',
        `${where}: the path segment "${text}" is not supported: ${advice}`,
      )
  }
}

/** The correction for a segment; `undefined` if it is correct. */
function adviceFor(text: string, isLast: boolean): string | undefined {
  const name = named.exec(text)
  if (name !== null) {
    if (name[1] === '__proto__') return 'give it another name'
    if (name[2] === '' || isLast) return undefined
    return `"${text}" takes the rest of the path, so it must come last`
  }
  const plain = decodeSegment(text)
  if (plain === '') return isLast ? undefined : 'remove the extra slash'
  if (plain === '.' || plain === '..') return 'clients remove dot segments from a URL'
  return foreignForm(text, isLast) ?? strayCharacter(plain)
}

/** How other frameworks write a name or the rest of a path, and which of the two it is. */
const foreignForms: readonly (readonly [form: RegExp, isRest: boolean])[] = [
  [/^\{(\w+):path\}$|^\[{1,2}\.\.\.(\w+)\]{1,2}$|^<path:(\w+)>$|^\{(\w+)\.\.\.\}$|^\*(\w*)$/, true],
  [/^\{(\w+)(?::[^}]*)?\}$|^\[(\w+)\]$|^<(?:\w+:)?(\w+)>$/, false],
]

function foreignForm(text: string, isLast: boolean): string | undefined {
  for (const [form, isRest] of foreignForms) {
    const found = form.exec(text)
    if (found === null) continue
    const name = found.slice(1).find((group) => group !== undefined && group !== '')
    if (isRest && isLast) return `write "/:${name ?? 'path'}*"`
    return `write "/:${name ?? 'name'}"`
  }
  if (/^:\w+\?$/.test(text))
    return `declare one route with "/${text.slice(0, -1)}" and one without it`
  const constrained = /^:(\w+)[{(<]/.exec(text)?.[1]
  if (constrained !== undefined)
    return `write "/:${constrained}", and validate it with params: z.object({ ${constrained}: … })`
  if (text.startsWith(':')) return 'a name consists of letters, digits and "_": write "/:name"'
  return undefined
}

function strayCharacter(text: string): string | undefined {
  if (text.includes(':')) return 'a ":" begins a name, which is a whole segment: write "/:name"'
  if (text.includes('*'))
    return 'a "*" ends a name that takes the rest of the path: write "/:name*"'
  // oxlint-disable-next-line no-control-regex -- a URL cannot hold them
  const found = /[{}[\]<>?#\\\u0000-\u001f\u007f]/.exec(text)?.[0]
  return found && `literal text cannot contain ${JSON.stringify(found)}; a name is written "/:name"`
}
