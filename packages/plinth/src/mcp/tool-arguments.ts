import { HttpError, type InputIssue } from '../errors/http-error.ts'
import { segmentsOf } from '../routing/path-pattern.ts'
import type { ListedTool } from './tool-list.ts'

/** The arguments of a call, by name. */
export type ToolArguments = Readonly<Record<string, unknown>>

/** The request that a call stands for, without its headers. */
export interface ToolTarget {
  /** Path and query string, as the routes of the app name them. */
  readonly target: string
  /** JSON; `undefined` without a body. */
  readonly body: string | undefined
}

/**
 * Turns the arguments of a call into the target and the body of a request. The route validates their values.
 *
 * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422: an argument that the tool does not have, or a part of the path
 * that is missing
 */
export function toolTarget(tool: ListedTool, given: ToolArguments): ToolTarget {
  checkNames(tool, given)
  const path = pathOf(tool, given)
  const search = new URLSearchParams()
  for (const name of tool.inQuery) {
    const value = given[name]
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value])
      search.append(name, textOf(one))
  }
  const query = search.toString()
  return { target: query === '' ? path : `${path}?${query}`, body: bodyOf(tool, given) }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '')

/** An unknown argument is refused here, since a route that takes no query string would not see it. */
function checkNames({ inputSchema, isOpen }: ListedTool, given: ToolArguments): void {
  const known = Object.keys(inputSchema['properties'] as object)
  const unknown = Object.keys(given).filter((name) => !known.includes(name))
  if (unknown.length === 0 || isOpen) return
  const expected =
    known.length === 0 ? 'This tool takes none' : `Expected one of: ${known.join(', ')}`
  throw invalid(
    unknown.map((name) => ({
      in: 'body',
      path: [name],
      message: `Unknown argument. ${expected}`,
      code: 'unrecognized_keys',
    })),
  )
}

const invalid = (errors: InputIssue[]): HttpError =>
  new HttpError(
    422,
    errors.length === 1 ? '1 value is invalid' : `${errors.length} values are invalid`,
    { code: 'PLINTH_VALIDATION_FAILED', errors },
  )

/** Segments with which a client would leave the path of the route. */
const noSegment: ReadonlySet<string> = new Set(['', '.', '..'])

function pathOf({ path }: ListedTool, given: ToolArguments): string {
  const wrong = (name: string, message: string): HttpError =>
    invalid([{ in: 'path', path: [name], message, code: 'invalid_value' }])
  const encoded = segmentsOf(path).map((segment) => {
    if (segment.kind === 'literal') return encodeURIComponent(segment.text)
    const { name, kind } = segment
    if (kind === 'name' && given[name] === undefined) throw wrong(name, 'This argument is required')
    const text = textOf(given[name] ?? '')
    const parts = kind === 'name' ? [text] : text === '' ? [] : text.split('/')
    if (parts.some((part) => noSegment.has(part)))
      throw wrong(name, 'This value cannot be a part of a path')
    return parts.map(encodeURIComponent).join('/')
  })
  return `/${encoded.join('/')}`
}

function bodyOf(tool: ListedTool, given: ToolArguments): string | undefined {
  if (tool.body === 'none') return undefined
  if (tool.body === 'whole') {
    const { body } = given
    return body === undefined ? undefined : JSON.stringify(body)
  }
  const elsewhere = new Set([...tool.inPath, ...tool.inQuery])
  const fields = Object.entries(given).filter(([name]) => !elsewhere.has(name))
  return JSON.stringify(Object.fromEntries(fields))
}
