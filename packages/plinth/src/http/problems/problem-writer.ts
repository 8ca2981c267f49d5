import { HttpError } from '../../errors/http-error.ts'
import { toProblem, type Problem } from '../../errors/problem.ts'
import type { Logger } from '../../logging/logger.types.ts'
import { quietly } from '../../logging/quietly.ts'
import { compiled } from '../../schemas/compiled.ts'
import { filtered } from '../../schemas/filtered.ts'
import { wire } from '../../schemas/wire.ts'
import { checkProblemOptions, invalid, type AnyProblemOptions } from './problem-format.ts'
import { writeJson } from '../write-json.ts'
import { problemOfError, writeProblem, type ProblemWriter } from './write-problem.ts'

/**
 * Creates the function that writes all error responses of an app, in the app's format.
 *
 * It tries the format with a few problems at once, so that a format that fails does so at startup.
 *
 * @throws {PlinthError} `PLINTH_PROBLEMS_INVALID`: the format is incomplete, or fails
 */
export function problemWriter(options: AnyProblemOptions | undefined, log: Logger): ProblemWriter {
  if (options === undefined) return writeProblem
  checkProblemOptions(options)
  const bodyOf = bodyWriter(options)
  for (const error of samples) tryOut(() => bodyOf(toProblem(error, 'a-request-id')), error)
  const { schema, contentType = schema === undefined ? undefined : 'application/json' } = options
  return (error, requestId) => {
    try {
      return problemOfError(error, { body: bodyOf(toProblem(error, requestId)), contentType })
    } catch (err) {
      // It may be the error itself that cannot be sent, which throws here, too.
      const written = writeProblem(error, requestId)
      const message =
        'problems.write or problems.type failed: the problem document was sent instead'
      quietly(() => log.error({ err, requestId, code: error.code }, message))
      return written
    }
  }
}

/** Errors of all kinds that Plinth itself sends. */
const samples: readonly HttpError[] = [
  new HttpError(404, 'Not found'),
  new HttpError(422, '1 value is invalid', {
    errors: [{ in: 'query', path: ['limit'], message: 'Too big', code: 'too_big' }],
  }),
  new HttpError(500, 'Something went wrong'),
]

function tryOut(write: () => unknown, { status }: HttpError): void {
  try {
    write()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw invalid(`it cannot write a ${status}: ${reason}`, error)
  }
}

/** Writes the JSON of a problem, or throws. */
function bodyWriter({ schema, write, type }: AnyProblemOptions): (problem: Problem) => string {
  const typed = type === undefined ? (problem: Problem) => problem : withType(type)
  if (schema === undefined || write === undefined) return (problem) => writeJson(typed(problem))
  const { encode } = compiled(filtered(wire(schema, 'json')))
  return (problem) => {
    const encoded = encode(write(typed(problem)))
    if (encoded.ok) return writeJson(encoded.value)
    const issues = encoded.issues.map(
      ({ path, message }) => `${path.join('.') || 'it'}: ${message}`,
    )
    throw new TypeError(`its schema does not allow what write returned: ${issues.join('; ')}`)
  }
}

/** Adds the URI of the documentation to problems. */
const withType =
  (type: NonNullable<AnyProblemOptions['type']>) =>
  (problem: Problem): Problem => {
    const uri: unknown = type(problem.code)
    if (typeof uri === 'string' && /^\S+$/.test(uri)) return { ...problem, type: uri }
    throw new TypeError(
      `type("${problem.code}") must return a URI, and returned ${JSON.stringify(uri)}`,
    )
  }
