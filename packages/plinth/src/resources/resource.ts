import type { Dependencies } from '../dependencies/dependency.ts'
import type { Dependency } from '../dependencies/definition.ts'
import { ifMatch } from '../database/queries/if-match.ts'
import { listedModel, listing } from '../database/listing/listing.ts'
import type { AnyModel } from '../database/queries/typed-write.ts'
import type { AnyQueryable } from '../database/queryable.ts'
import type { DeclaredError } from '../errors/error-type.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { columnsOf, fieldInRole } from '../models/model-columns.ts'
import { handlersOf, type ResourcePlan } from './resource-handlers.ts'
import { warnOfOpenLinks } from './resource-links.ts'
import {
  keyOf,
  paramsIn,
  paramsOf,
  pathFieldsOf,
  pathParams,
  replaceSchema,
} from './resource-schemas.ts'
import type {
  AnyListing,
  PlainListing,
  ResourceModel,
  ResourceOptions,
  ResourceRoute,
  ResourceRoutes,
} from './resource.types.ts'
import type { Method } from '../routing/client-route.types.ts'
import type { RouterDefinition } from '../routing/route-definition.ts'
import { definitionOfRouter, type Router } from '../routing/router.ts'

export type { ResourceOptions, ResourceRoute, ResourceRoutes } from './resource.types.ts'

const usual: readonly ResourceRoute[] = ['list', 'create', 'read', 'update', 'remove']

interface PlainOptions {
  readonly db?: Dependency<AnyQueryable>
  readonly listing?: object
  readonly owner?: string | false
  readonly only?: readonly ResourceRoute[]
  readonly except?: readonly ResourceRoute[]
  readonly handlers?: Readonly<Partial<Record<ResourceRoute, (context: never) => unknown>>>
  readonly descriptions?: Readonly<Partial<Record<ResourceRoute, string>>>
}

const invalid = (prefix: string, problem: string): PlinthError =>
  new PlinthError('PLINTH_ROUTE_INVALID', `resource at "${prefix}": ${problem}`)

/** The field that says whose a row is; undefined where everybody's rows are everybody's. */
function ownerOf(at: RouterDefinition, model: AnyModel, options: PlainOptions): string | undefined {
  if (options.owner === false) return undefined
  const owner = options.owner ?? fieldInRole(model, 'owner')
  if (owner === undefined) return undefined
  const known = columnsOf(model)?.find(({ field }) => field === owner)
  if (known === undefined)
    throw invalid(at.prefix, `the model has no field "${owner}" to be its owner`)
  if (!known.readonly)
    throw invalid(
      at.prefix,
      `callers could give their rows to others, since "${owner}" is accepted from them: make it read-only, as fromTable(table, { readonly: ['${owner}'] }), or owner()`,
    )
  if (at.dependencies['user'] === undefined)
    throw invalid(
      at.prefix,
      `the rows have an owner ("${owner}"), and the router has no dependency "user" that says who calls: give it one, as router(…, { dependencies: { user: currentUser } }), or say owner: false`,
    )
  return owner
}

/** A name in the path that is a field, too, says which rows there are: it must not be the caller's to give. */
function checkPathFields({ prefix }: RouterDefinition, model: AnyModel): void {
  const { shape } = paramsIn(prefix)
  for (const { field, readonly, hidden } of columnsOf(model) ?? []) {
    if (shape[field] === undefined) continue
    const rename = `or give the part of the path another name`
    if (hidden)
      throw invalid(prefix, `":${field}" is a hidden field of its model: send it, ${rename}`)
    if (!readonly)
      throw invalid(
        prefix,
        `callers could give rows to another ":${field}" than the path's, since the field is accepted from them: make it read-only, as field(…, { readonly: true }), ${rename}`,
      )
  }
}

function planOf(at: RouterDefinition, model: ResourceModel, options: PlainOptions): ResourcePlan {
  if (columnsOf(model) === undefined)
    throw invalid(
      at.prefix,
      'it is of models alone: make one of a Drizzle table by fromTable(table)',
    )
  if (options.db === undefined && at.dependencies['db'] === undefined)
    throw invalid(at.prefix, 'it has no database: give it one, as resource(…, { db })')
  // `listing()` takes the fields of one model, and this is any model.
  const listed: object = options.listing ?? listing(model as never)
  if (listedModel(listed) !== model)
    throw invalid(at.prefix, 'its listing is one of another model, or was not made by listing(…)')
  const key = keyOf(model)
  if (key === undefined)
    throw invalid(
      at.prefix,
      'its model must have one field that is the primary key, and is sent: write the routes of another by hand',
    )
  if (paramsIn(at.prefix).shape[key])
    throw invalid(
      at.prefix,
      `":${key}" is the name of its rows' key: give the other one a name of its own`,
    )
  checkPathFields(at, model)
  return {
    model,
    key,
    within: pathFieldsOf(at.prefix, model),
    owner: ownerOf(at, model, options),
    versioned: fieldInRole(model, 'version') !== undefined,
    listing: listed as ResourcePlan['listing'],
  }
}

function namesOf(at: RouterDefinition, options: PlainOptions): readonly ResourceRoute[] {
  const except = new Set(options.except)
  const names = [...new Set(options.only ?? usual)].filter((name) => !except.has(name))
  const given = { 'a handler': options.handlers, 'a description': options.descriptions }
  for (const [what, of] of Object.entries(given)) {
    const stray = Object.keys(of ?? {}).find((name) => !(names as readonly string[]).includes(name))
    if (stray !== undefined)
      throw invalid(at.prefix, `it has ${what} for "${stray}", which is not among its routes`)
  }
  return names
}

interface Declared {
  readonly method: Method
  readonly path: string
  readonly spec: object
}

/** Each route but for its handler. */
function declarations(at: RouterDefinition, plan: ResourcePlan): Record<ResourceRoute, Declared> {
  const { model, key, listing: listed, versioned } = plan
  const params = pathParams(at.prefix, model)
  const item = { path: `/:${key}`, params: paramsOf(at.prefix, model, key) }
  const change = { params: item.params, ...(versioned && { dependencies: { ifMatch } }) }
  const one = { ...change, response: model, errors: [404, 409] }
  // a path with no value that a row could have, or another user's
  const noSuch = plan.within.length > 0 ? [404] : []
  const route = (method: Method, path: string, spec: object): Declared => ({ method, path, spec })
  return {
    list: route('get', '/', {
      params,
      query: listed.query,
      response: listed.response,
      errors: noSuch,
    }),
    create: route('post', '/', {
      params,
      body: model.$create,
      response: model,
      status: 201,
      errors: [...noSuch, 409],
    }),
    read: route('get', item.path, { params: item.params, response: model, errors: [404] }),
    replace: route('put', item.path, { ...one, body: replaceSchema(model) }),
    update: route('patch', item.path, { ...one, body: model.$update }),
    remove: route('delete', item.path, { ...change, status: 204, errors: [404, 409] }),
  }
}

/** A router without its types, which follow each call. */
type Registrars = Readonly<
  Record<Method, (path: string, spec: object, handler: (context: never) => unknown) => unknown>
>

/**
 * The usual routes of a model: `list`, `create`, `read`, `update` (PATCH), `remove`, and `replace` (PUT) where `only`
 * names it.
 *
 * Where the model has `owner()`, each user of the router's `user` dependency has rows of his own: a new one is his, and
 * another's is a 404. A router without that dependency is refused at startup, unless `owner: false` says that all rows
 * are everybody's. A name in the router's path that is a field of the model, as in `/projects/:projectId/tasks`, narrows
 * all routes to its value, and new rows have it; whether the caller may see that project is for a dependency of the
 * router to say. A model with `version()` has ETags and `If-Match`; one with `deletedAt()` marks what is removed.
 *
 * Shape: an object of the routes, to be exported; one that is left out by `only` or `except` can be written by hand on
 * the same router.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: rows with an owner and no `user`, a field of the path that callers may set, no `db`, a key of several fields
 * @see https://fastapi.tiangolo.com/tutorial/sql-databases/
 * @example
 * ```ts
 * import { betterAuth, createdAt, database, id, listing, model, owner, resource, router } from 'plinth'
 * import * as z from 'zod'
 *
 * const db = database('pglite:memory')
 * const currentUser = betterAuth({ url: 'http://localhost:3000' })
 * const Note = model('notes', { id: id(), text: z.string(), userId: owner(), createdAt: createdAt() })
 *
 * export const { list, create, read, update, remove } = resource(
 *   router('/api/notes', { dependencies: { user: currentUser } }),
 *   Note,
 *   { db, listing: listing(Note, { sort: ['-createdAt'], search: ['text'] }) },
 * )
 * ```
 */
export function resource<
  P extends string,
  D extends Dependencies,
  E extends readonly DeclaredError[],
  M extends ResourceModel,
  DB extends Dependency<AnyQueryable> = never,
  L extends AnyListing = PlainListing<M>,
  const Only extends ResourceRoute = Exclude<ResourceRoute, 'replace'>,
  const Except extends ResourceRoute = never,
>(
  on: Router<P, D, E>,
  model: M,
  options?: ResourceOptions<P, D, M, DB, L, Only, Except>,
): Pick<ResourceRoutes<{ prefix: P; given: D; errors: E; db: DB }, M, L>, Exclude<Only, Except>>
export function resource(
  on: object,
  model: ResourceModel,
  plain: PlainOptions = {},
): Record<string, unknown> {
  const at = definitionOfRouter(on)
  if (at === undefined) throw invalid('', 'its first argument must be what router(…) gave')
  const plan = planOf(at, model, plain)
  const names = namesOf(at, plain)
  if (plan.owner !== undefined) warnOfOpenLinks(at, plan.model, plan.owner)
  const declared = declarations(at, plan)
  const handlers = { ...handlersOf(plan), ...plain.handlers }
  const registrars = on as Registrars
  const db = plain.db === undefined ? {} : { db: plain.db }
  const routes = names.map((name) => {
    const { method, path, spec } = declared[name]
    const { dependencies } = spec as { dependencies?: object }
    const description = plain.descriptions?.[name]
    const whole = {
      ...spec,
      ...(description !== undefined && { description }),
      dependencies: { ...db, ...dependencies },
    }
    return [name, registrars[method](path, whole, handlers[name])] as const
  })
  return Object.fromEntries(routes)
}
