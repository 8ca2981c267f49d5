/** The fields of a task that a caller may set. */
export interface NewTask {
  readonly title: string
  readonly description: string | null
  readonly completed: boolean
  readonly priority: string
  readonly dueAt: string | null
  readonly projectId: string | null
}

export type Change = { -readonly [K in keyof NewTask]?: NewTask[K] }

const uuid = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i
const instant =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/

export const isUuid = (text: string): boolean => text.length === 36 && uuid.test(text)

/** Tests whether a value is valid, by field. */
const checks: Readonly<Record<keyof NewTask, (value: unknown) => boolean>> = {
  title: (value) => typeof value === 'string' && value.length > 0 && value.length <= 200,
  description: (value) => value === null || (typeof value === 'string' && value.length <= 2000),
  completed: (value) => typeof value === 'boolean',
  priority: (value) => value === 'low' || value === 'medium' || value === 'high',
  dueAt: (value) =>
    value === null ||
    (typeof value === 'string' && instant.test(value) && !Number.isNaN(Date.parse(value))),
  projectId: (value) => value === null || (typeof value === 'string' && isUuid(value)),
}
const fields = Object.keys(checks) as (keyof NewTask)[]

/** Copies the valid fields of a body into `change`, and returns the names of invalid ones. */
export function checkUpdate(body: unknown, change: Change): string[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return ['body']
  const problems: string[] = []
  const sent = body as Readonly<Record<string, unknown>>
  const target: Record<string, unknown> = change
  for (const field of fields) {
    const value = sent[field]
    if (value === undefined) continue
    if (checks[field](value)) target[field] = value
    else problems.push(field)
  }
  return problems
}

const defaults = {
  description: null,
  completed: false,
  priority: 'medium',
  dueAt: null,
  projectId: null,
}

/** Checks the body of a new task, and fills in the defaults. */
export function checkNew(body: unknown): { task?: NewTask; problems: string[] } {
  const change: Change = {}
  const problems = checkUpdate(body, change)
  const { title } = change
  if (title === undefined) return { problems: problems.length > 0 ? problems : ['title'] }
  return problems.length > 0 ? { problems } : { task: { ...defaults, ...change, title }, problems }
}
