import { checkOptions, type OptionNames } from '../errors/check-options.ts'
import type { Concurrency } from '../dependencies/concurrency.ts'
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
import { wrapperOf, type Wrapper } from './resource-wrapper.ts'
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
  ResourceIdempotency,
  ResourceModel,
  ResourceOptions,
  ResourceRoute,
  ResourceRoutes,
} from './resource.types.ts'
import type { Method } from '../routing/client-route.types.ts'
import type { ToolOptions } from '../routing/tools/tool-options.ts'
import type { RouterDefinition } from '../routing/route-definition.ts'
import { definitionOfRouter, type Router } from '../routing/router.ts'

export type { ResourceOptions, ResourceRoute, ResourceRoutes } from './resource.types.ts'

const usual: readonly ResourceRoute[] = ['list', 'create', 'read', 'update', 'remove']

interface UntypedOptions {
  readonly db?: Dependency<AnyQueryable>
  readonly listing?: object
  readonly owner?: string | false
  readonly only?: readonly ResourceRoute[]
  readonly except?: readonly ResourceRoute[]
  readonly handlers?: Readonly<Partial<Record<ResourceRoute, (context: never) => unknown>>>
  readonly descriptions?: Readonly<Partial<Record<ResourceRoute, string>>>
  readonly tools?: Readonly<Partial<Record<ResourceRoute, ToolOptions>>>
  readonly wrap?: string
  readonly idempotent?: ResourceIdempotency
  readonly maxConcurrency?: Readonly<Partial<Record<ResourceRoute, number | Concurrency>>>
}

const resourceOptions: OptionNames<UntypedOptions> = {
  db: true,
  listing: true,
  owner: true,
  only: true,
  except: true,
  handlers: true,
  descriptions: true,
  tools: true,
  wrap: true,
  idempotent: true,
  maxConcurrency: true,
}

const invalid = (prefix: string, problem: string): PlinthError =>
  new PlinthError('PLINTH_ROUTE_INVALID', `resource at "${prefix}": ${problem}`)

/** Checks whether the routes of a router get a dependency of this name. */
const has = ({ dependencies }: RouterDefinition, name: string): boolean =>
  dependencies.some((record) => Object.hasOwn(record, name))

/** Returns the field with the owner of a row; `undefined` if all users share all rows. */
function ownerOf(
  at: RouterDefinition,
  model: AnyModel,
  options: UntypedOptions,
): string | undefined {
  if (options.owner === false) return undefined
  const owner = options.owner ?? fieldInRole(model, 'owner')
  if (owner === undefined) return undefined
  const known = columnsOf(model)?.find(({ field }) => field === owner)
  if (known === undefined)
    throw invalid(at.prefix, `the model has no field "${owner}" for the owner`)
  if (!known.readonly)
    throw invalid(
      at.prefix,
      `callers can set the owner "${owner}", and so give their rows to other users: make it read-only, with fromTable(table, { readonly: ['${owner}'] }) or owner()`,
    )
  if (!has(at, 'user'))
    throw invalid(
      at.prefix,
      `the rows have an owner ("${owner}"), and the router has no dependency "user" for the caller: add one, with router(…, { dependencies: { user: currentUser } }), or set owner: false`,
    )
  return owner
}

/** Checks the fields that the path names. The path selects the rows by them, so callers must not set them in a body. */
function checkPathFields({ prefix }: RouterDefinition, model: AnyModel): void {
  const { shape } = paramsIn(prefix)
  for (const { field, readonly, hidden } of columnsOf(model) ?? []) {
    if (shape[field] === undefined) continue
    const rename = 'or rename the path parameter'
    if (hidden)
      throw invalid(
        prefix,
        `":${field}" is a hidden field of its model: make it visible, ${rename}`,
      )
    if (!readonly)
      throw invalid(
        prefix,
        `callers can set "${field}" to another value than the path's ":${field}": make it read-only, with field(…, { readonly: true }), ${rename}`,
      )
  }
}

function planOf(at: RouterDefinition, model: ResourceModel, options: UntypedOptions): ResourcePlan {
  if (columnsOf(model) === undefined)
    throw invalid(
      at.prefix,
      'it needs a model: make one from a Drizzle table with fromTable(table)',
    )
  if (options.db === undefined && !has(at, 'db'))
    throw invalid(at.prefix, 'it has no database: pass one, with resource(…, { db })')
  // `listing()` takes the fields of one model, and this is any model.
  const listed: object = options.listing ?? listing(model as never)
  if (listedModel(listed) !== model)
    throw invalid(at.prefix, 'its listing is not a listing(…) of its model')
  const key = keyOf(model)
  if (key === undefined)
    throw invalid(
      at.prefix,
      'its model needs a primary key of one field that is not hidden: declare the routes one by one instead',
    )
  if (paramsIn(at.prefix).shape[key])
    throw invalid(at.prefix, `":${key}" is the name of its rows' key: rename the path parameter`)
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

function namesOf(at: RouterDefinition, options: UntypedOptions): readonly ResourceRoute[] {
  const except = new Set(options.except)
  const names = [...new Set(options.only ?? usual)].filter((name) => !except.has(name))
  const given = {
    'a handler': options.handlers,
    'a description': options.descriptions,
    idempotent: options.idempotent,
    maxConcurrency: options.maxConcurrency,
    'a tool': options.tools,
  }
  for (const [what, of] of Object.entries(given)) {
    if (of !== undefined && typeof of !== 'object')
      throw invalid(at.prefix, `${what} is by route, such as { create: … }`)
    const stray = Object.keys(of ?? {}).find((name) => !(names as readonly string[]).includes(name))
    if (stray !== undefined)
      throw invalid(at.prefix, `it has ${what} for "${stray}", which is not one of its routes`)
  }
  return names
}

/** The options of a resource that one of its routes gets. */
function givenTo(name: ResourceRoute, options: UntypedOptions): object {
  const given = {
    description: options.descriptions?.[name],
    // A route that only reads has no such option, and is refused when it is declared.
    idempotent: options.idempotent?.[name as keyof ResourceIdempotency],
    maxConcurrency: options.maxConcurrency?.[name],
    tool: options.tools?.[name],
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

interface RouteDeclaration {
  readonly method: Method
  readonly path: string
  readonly spec: object
}

/** Returns the declaration of each route, without its handler. */
function declarations(
  at: RouterDefinition,
  plan: ResourcePlan,
  { body, row }: Wrapper,
): Record<ResourceRoute, RouteDeclaration> {
  const { model, key, listing: listed, versioned } = plan
  const params = pathParams(at.prefix, model)
  const item = { path: `/:${key}`, params: paramsOf(at.prefix, model, key) }
  const change = { params: item.params, ...(versioned && { dependencies: { ifMatch } }) }
  const one = { ...change, response: row(model), errors: [404, 409] }
  // The path may have a value that no row can have, or one of another user.
  const noSuch = plan.within.length > 0 ? [404] : []
  const route = (method: Method, path: string, spec: object): RouteDeclaration => ({
    method,
    path,
    spec,
  })
  return {
    list: route('get', '/', {
      params,
      query: listed.query,
      response: listed.response,
      errors: noSuch,
    }),
    create: route('post', '/', {
      params,
      body: body(model.$create),
      response: row(model),
      status: 201,
      errors: [...noSuch, 409],
    }),
    read: route('get', item.path, {
      params: item.params,
      response: row(model),
      errors: [404],
    }),
    replace: route('put', item.path, { ...one, body: body(replaceSchema(model)) }),
    update: route('patch', item.path, { ...one, body: body(model.$update) }),
    remove: route('delete', item.path, { ...change, status: 204, errors: [404, 409] }),
  }
}

/** A router without its types, which depend on each call. */
type Registrars = Readonly<
  Record<Method, (path: string, spec: object, handler: (context: never) => unknown) => unknown>
>

/**
 * Declares the CRUD routes of a model: `list`, `create`, `read`, `update` (PATCH) and `remove`.
 *
 * `only` can add `replace` (PUT).
 *
 * If the model has `owner()`, users see and change only their own rows: a new row belongs to the caller, who comes from
 * the router's dependency `user`, and the row of another user is a 404. A router without that dependency is refused at
 * startup, unless `owner: false` shares all rows among all users. A name in the router's path that is a field of the
 * model, as in `/projects/:projectId/tasks`, narrows all routes to its value, and new rows get it; a dependency of the
 * router decides whether the caller may see that project. A model with `version()` has ETags and `If-Match` (optimistic
 * locking); one with `deletedAt()` has soft delete. `wrap: 'article'` sends and accepts `{ "article": { … } }`.
 *
 * Export the routes of the result. A route that `only` or `except` leaves out can be declared on the same router.
 *
 * @throws {PlinthError} `PLINTH_ROUTE_INVALID`: rows with an owner and no `user`, a field of the path that callers may
 * set, no `db`, or a key of several fields
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
  W extends string = never,
  const I extends ResourceIdempotency = {},
>(
  on: Router<P, D, E>,
  model: M,
  options?: ResourceOptions<P, D, M, DB, L, Only, Except, W, I>,
): Pick<
  ResourceRoutes<{ prefix: P; given: D; errors: E; db: DB; idempotent: I }, M, L, W>,
  Exclude<Only, Except>
>
export function resource(
  on: object,
  model: ResourceModel,
  plain: UntypedOptions = {},
): Record<string, unknown> {
  const at = definitionOfRouter(on)
  if (at === undefined) throw invalid('', 'its first argument must be a router(…)')
  checkOptions(plain, resourceOptions, `resource at "${at.prefix}"`)
  const plan = planOf(at, model, plain)
  const names = namesOf(at, plain)
  if (plan.owner !== undefined) warnOfOpenLinks(at, plan.model, plan.owner)
  if (plain.wrap !== undefined && !/^[A-Za-z]\w*$/.test(plain.wrap))
    throw invalid(at.prefix, `wrap: "${plain.wrap}" is not a name. Use letters, digits and _`)
  const wrapper = wrapperOf(plain.wrap)
  const declared = declarations(at, plan, wrapper)
  const handlers = { ...wrapper.handlers(handlersOf(plan)), ...plain.handlers }
  const registrars = on as Registrars
  const db = plain.db === undefined ? {} : { db: plain.db }
  const routes = names.map((name) => {
    const { method, path, spec } = declared[name]
    const { dependencies } = spec as { dependencies?: object }
    const whole = { ...spec, ...givenTo(name, plain), dependencies: { ...db, ...dependencies } }
    return [name, registrars[method](path, whole, handlers[name])] as const
  })
  return Object.fromEntries(routes)
}
