import * as z from 'zod'
import type { AnySchema } from './any-schema.ts'
import { partsOf, type ContainerParts } from './container-parts.ts'
import { rebuilt, rewriter } from './rewrite.ts'
import { definitionOf, typeOf } from './zod-definition.ts'

/** The number of problems at which the check of a list, record, set or object ends. */
export const mostProblems = 100

type Parse = AnySchema['_zod']['parse']

/** Zod's own class for each type of schema that {@link partsOf} splits. */
const bases = {
  array: z.core.$ZodArray,
  tuple: z.core.$ZodTuple,
  record: z.core.$ZodRecord,
  set: z.core.$ZodSet,
  object: z.core.$ZodObjectJIT,
}

/** Tells the value above that this one is incomplete, so that no refinement runs on it. */
function stop(payload: z.core.ParsePayload): z.core.ParsePayload {
  payload.aborted = true
  payload.issues.push({
    code: 'custom',
    message: 'More problems follow',
    input: undefined,
    continue: false,
  })
  return payload
}

/** Checks a container part by part, and stops once it has that many problems. */
const inParts =
  (parse: Parse, parts: ContainerParts, limit: number): Parse =>
  (payload, context) => {
    // Zod's other direction: it only runs on values that were checked before.
    const split =
      context.direction === 'backward' || context.skipChecks
        ? undefined
        : parts.split(payload.value)
    if (split === undefined) return parse(payload, context)
    const whole = parts.empty()
    for (const { run, value, offset } of split) {
      if (payload.issues.length >= limit) return stop(payload)
      const part = run(value)
      for (const issue of part.issues) {
        if (offset !== undefined && typeof issue.path?.[0] === 'number') issue.path[0] += offset
        payload.issues.push(issue)
      }
      parts.join(whole, part.value)
    }
    payload.value = whole
    return payload
  }

/** Copies a container with a parser that stops. Zod's way for library authors: `clone()` and checks keep working. */
function boundedCopy(schema: AnySchema, limit: number): AnySchema {
  const parts = partsOf(schema)
  const base = bases[typeOf(schema) as keyof typeof bases]
  if (parts === undefined) return schema
  const Bounded = z.core.$constructor<AnySchema, object>('Bounded', (inst, def) => {
    // the class and the definition are of the same type, which TypeScript cannot prove
    base.init(inst as never, def as never)
    const internals = inst._zod
    const parse: Parse = internals.parse.bind(internals)
    internals.parse = inParts(parse, parts, limit)
  })
  return new Bounded(z.core.util.mergeDefs(schema._zod.def))
}

/** The number of options of a union whose options all report their problems; 1 for other schemas. */
function reportingOptions(schema: AnySchema): number {
  const def = definitionOf(schema)
  return def.type === 'union' && !('discriminator' in def) ? def.options.length : 1
}

/**
 * True if a container's parser stops early.
 *
 * Inside an intersection, both sides must see all keys: Zod reconciles those that only one side knows.
 */
function stopsEarly(schema: AnySchema, inIntersection: boolean): boolean {
  const def = definitionOf(schema)
  if (def.type === 'array' || def.type === 'set') return true
  if (def.type === 'tuple') return def.rest !== null
  if (inIntersection) return false
  return def.type === 'record' || (def.type === 'object' && def.catchall !== undefined)
}

type Rewrite = (schema: AnySchema) => AnySchema
// process-wide: at most one per limit, and limits only shrink from 100
const rewriters = new Map<string, Rewrite>()

function rewriterOf(limit: number, inIntersection: boolean): Rewrite {
  const key = `${limit} ${inIntersection}`
  const known = rewriters.get(key)
  if (known !== undefined) return known
  const inside = (schema: AnySchema): { limit: number; inIntersection: boolean } => ({
    limit: Math.max(1, Math.floor(limit / reportingOptions(schema))),
    inIntersection: inIntersection || typeOf(schema) === 'intersection',
  })
  const made = rewriter({
    replaces: (schema) => {
      const next = inside(schema)
      return (
        stopsEarly(schema, inIntersection) ||
        next.limit !== limit ||
        next.inIntersection !== inIntersection
      )
    },
    replace: (schema, again) => {
      const next = inside(schema)
      const same = next.limit === limit && next.inIntersection === inIntersection
      const copy = rebuilt(schema, same ? again : rewriterOf(next.limit, next.inIntersection))
      return stopsEarly(schema, inIntersection) ? boundedCopy(copy, limit) : copy
    },
  })
  rewriters.set(key, made)
  return made
}

/**
 * Rewrites a schema so that validation stops after about 100 problems.
 *
 * A body of a megabyte may hold half a million wrong values, and Zod reports each one: seconds of CPU time, and a
 * gigabyte of memory. Values that are valid cost the same as before, since `z.compile` generates the same code.
 *
 * Each container stops by its own problems. It has some then, so whatever holds it fails too. A counter for the whole
 * value would let one option of a union use up the problems of the next, which could then pass.
 *
 * Refinements may run up to three times on a value that is invalid, so they must be pure.
 */
export const bounded = (schema: AnySchema): AnySchema => rewriterOf(mostProblems, false)(schema)
