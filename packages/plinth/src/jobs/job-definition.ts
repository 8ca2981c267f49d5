import { dependency, definitionOf, type Dependencies } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { plan } from '../dependencies/plan.ts'
import { checkJobOptions, invalidJob } from './check-job-options.ts'
import { JobInput } from './job-input.ts'
import type { JobOptions } from './job.types.ts'

/** A kind of job, as workers see it. */
export class JobDefinition {
  readonly name: string
  readonly options: JobOptions
  readonly input: JobInput
  /** All of its dependencies as one. */
  readonly needs: Dependency<object>
  readonly handler: (context: object) => unknown

  constructor(name: string, options: JobOptions, handler: (context: never) => unknown) {
    checkJobOptions(name, options)
    this.name = name
    this.options = options
    this.input = new JobInput(name, options.input)
    this.needs = needsOf(name, options.dependencies ?? {})
    // The types of `job()` make sure that a handler gets what it takes.
    this.handler = handler as (context: object) => unknown
  }
}

/** Makes one dependency of many, and refuses those that read a request. */
function needsOf(name: string, dependencies: Dependencies): Dependency<object> {
  for (const [key, needed] of Object.entries(dependencies)) {
    const { steps } = plan([{ [key]: definitionOf(needed, key) }])
    const input = steps.find(({ kind }) => kind !== 'factory')
    if (input === undefined) continue
    const what =
      input.kind === 'parameter'
        ? `the ${input.parameter.source} parameter "${input.name}"`
        : 'a credential'
    throw invalidJob(
      name,
      `the dependency "${key}" reads the request (${what}), and a job has none: put the value into the input of the job`,
    )
  }
  return dependency(dependencies, (values) => ({ ...ownValues(values, dependencies) }))
}

const ownValues = (values: object, dependencies: Dependencies): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(dependencies).map((key) => [key, (values as Record<string, unknown>)[key]]),
  )
