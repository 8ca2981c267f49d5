import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { originProblem } from './check-origin.ts'
import type { CorsLists, CorsOptions } from './cors.types.ts'

const token = /^[!#$%&'*+\-.^_`|~\da-z]+$/i

const corsOptions: OptionNames<CorsOptions> = {
  origins: true,
  credentials: true,
  methods: true,
  headers: true,
  exposeHeaders: true,
  maxAge: true,
  privateNetwork: true,
}

/**
 * Rejects options that are unsafe, or that no browser would understand, and reports all problems at once.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist
 * @throws {PlinthError} `PLINTH_CORS_UNSAFE`: at least one option has a problem
 */
export function checkCorsOptions(given: CorsOptions): CorsLists {
  checkOptions(given, corsOptions, 'cors')
  const options = withLists(given)
  const problems = [
    ...options.origins.map(originProblem),
    ...wildcardProblems(options),
    ...credentialsProblems(options),
    ...(options.methods ?? []).map(methodProblem),
    ...[...(options.headers ?? []), ...(options.exposeHeaders ?? [])].map(nameProblem),
    maxAgeProblem(options.maxAge),
  ].filter((problem) => problem !== undefined)
  if (problems.length === 0) return options
  throw invalid(
    problems.length === 1
      ? `cors: ${problems[0]}`
      : `cors: ${problems.length} problems\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
  )
}

const invalid = (message: string): PlinthError => new PlinthError('PLINTH_CORS_UNSAFE', message)

/** Writes `'*'` as a list, and refuses another text, which would be read letter by letter. */
function withLists(options: CorsOptions): CorsLists {
  const lists = (['origins', 'methods', 'headers', 'exposeHeaders'] as const).flatMap((name) => {
    const value: unknown = options[name]
    if (value === '*') return [[name, ['*']] as const]
    if (Array.isArray(value) || (value === undefined && name !== 'origins')) return []
    const example = typeof value === 'string' ? JSON.stringify(value) : '…'
    throw invalid(`cors: ${name} must be a list: ${name}: [${example}]`)
  })
  // The loop has replaced each text that is not a list, which TypeScript cannot see.
  return { ...options, ...Object.fromEntries(lists) } as CorsLists
}

function wildcardProblems({ origins }: CorsLists): readonly string[] {
  return origins.includes('*') && origins.length > 1
    ? ["'*' allows every origin already: leave the others out, or leave out the '*'"]
    : []
}

function* credentialsProblems(options: CorsLists): Iterable<string> {
  if (!options.credentials) return
  if (options.origins.includes('*'))
    yield "'*' with credentials would let every page on the web act as your users: list the origins"
  if (options.exposeHeaders?.includes('*'))
    yield "exposeHeaders '*' has no effect with credentials: list the headers"
}

function methodProblem(method: string): string | undefined {
  if (method === '*')
    return "methods does not support '*': omit the option to allow the default methods"
  if (!token.test(method) || method !== method.toUpperCase())
    return `'${method}' is not a method: methods are in capitals, such as 'PATCH'`
  return undefined
}

const nameProblem = (name: string): string | undefined =>
  token.test(name) ? undefined : `${JSON.stringify(name)} is not a header name`

function maxAgeProblem(maxAge: number | undefined): string | undefined {
  if (maxAge === undefined || (Number.isInteger(maxAge) && maxAge >= 0 && maxAge <= 86_400))
    return undefined
  return `maxAge ${maxAge} is not a whole number of seconds between 0 and 86400`
}
