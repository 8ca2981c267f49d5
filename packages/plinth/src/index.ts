// errors
export { errorCodes, type Code, type CodeEntry } from './errors/error-codes.ts'
export {
  errorType,
  type DeclaredError,
  type ErrorType,
  type ErrorTypeOptions,
} from './errors/error-type.ts'
export {
  badRequest,
  conflict,
  forbidden,
  HttpError,
  notFound,
  unauthorized,
  type HttpErrorOptions,
  type InputIssue,
  type InputSource,
} from './errors/http-error.ts'
export { PlinthError } from './errors/plinth-error.ts'
export type { Problem } from './errors/problem.ts'
export { hideSecret, redact } from './settings/redact.ts'

// settings
export { betterAuthSecret } from './settings/better-auth-secret.ts'
export { mode, type Mode } from './settings/mode.ts'
export { secret } from './settings/secret.ts'
export {
  describeSettings,
  settings,
  type SettingRow,
  type Settings,
  type SettingsOptions,
} from './settings/settings.ts'

// models
export { decimal, type DecimalOptions } from './schemas/decimal.ts'
export { createdAt, deletedAt, field, id, owner, updatedAt, version } from './models/field.ts'
export {
  fromTable,
  isMigrated,
  type FromTableOptions,
  type ModelFrom,
} from './models/from-table.ts'
export { ModelError, type FieldIssue } from './models/model-error.ts'
export { model } from './models/model.ts'
export type { Field, FieldOptions, Model, Row } from './models/model.types.ts'
export { notDeleted } from './models/not-deleted.ts'
export { ownerPolicy } from './models/owner-policy.ts'
export { withRelations, type RelatedOptions, type WithRelations } from './models/relations.ts'

// dependencies
export type { Needs, Reads } from './dependencies/asked.types.ts'
export type { RequestContext } from './http/request-context.ts'
export type { Logger } from './logging/logger.types.ts'
export { apiKey, bearer, type CredentialOptions } from './dependencies/credential.ts'
export {
  dependency,
  type Dependencies,
  type DependencyOptions,
  type Scope,
} from './dependencies/dependency.ts'
export { type Dependency } from './dependencies/definition.ts'
export { cookie, header, path, query, type ParameterOptions } from './dependencies/parameter.ts'
export type { Reply } from './http/reply.ts'

// database
export {
  database,
  type Database,
  type DatabaseOptions,
  type DatabaseTransaction,
  type Queryable,
} from './database/database.ts'
export { isPooled } from './database/drivers/database-url.ts'
export type { QueryResult } from './database/drivers/driver.ts'
export { ifMatch, type IfMatch } from './database/queries/if-match.ts'
export { insert, type Insert } from './database/queries/insert.ts'
export {
  listing,
  type Listing,
  type ListingOptions,
  type ListPage,
  type ListRequest,
  type Page,
} from './database/listing/listing.ts'
export {
  migrate,
  migrationStatus,
  pendingMigrations,
  type MigrateOptions,
  type MigrationFolder,
} from './migrations/migrate.ts'
export type { AppliedMigration, MigrationStatus } from './migrations/ledger.ts'
export { one, type LazyQuery, type One, type OneOptions } from './database/queries/one.ts'
export { ownedSession } from './database/row-security/owned-session.ts'
export { postgresError } from './database/postgres-error.ts'
export { checkRows, protectRows, type Tables } from './database/row-security/protect-rows.ts'
export { remove } from './database/queries/remove.ts'
export { transaction, type TransactionOptions } from './database/transaction.ts'
export type { AnyModel, AnyQueryable, Change, RowsQuery } from './database/queries/typed-write.ts'
export { update, type Setting } from './database/queries/update.ts'

// auth
export type { AuthUser } from './auth/auth-user.ts'
export { betterAuth, type BetterAuthOptions } from './auth/better-auth.ts'
export { createToken, type TokenContent } from './auth/jwt/create-token.ts'
export {
  requireOrganization,
  type OrganizationOptions,
} from './auth/guards/require-organization.ts'
export { requireRole } from './auth/guards/require-role.ts'
export { requireScope, type Claimed } from './auth/guards/require-scope.ts'
export type { AuthDatabase } from './auth/tables/auth-query.ts'
export type { SessionOptions } from './auth/sessions/session-options.ts'
export type { KeyOptions } from './auth/jwks/stored-keys.ts'

// routing
export { file, form, type FileOptions, type FormSchema } from './http/form.ts'
export {
  resource,
  type ResourceOptions,
  type ResourceRoute,
  type ResourceRoutes,
} from './resources/resource.ts'
export type { RouteSpec } from './routing/route.types.ts'
export { router, type Router, type RouterOptions } from './routing/router.ts'
export {
  event,
  jsonLines,
  sse,
  type EventFields,
  type ServerSentEvent,
  type StreamSchema,
} from './http/stream.ts'

// cors
export type { CorsOptions } from './cors/cors.types.ts'

// openapi
export type { OpenApiDocument } from './openapi/openapi.types.ts'

// app
export { app } from './app/app.ts'
export { clientTypes } from './app/client-types.ts'
export type { App, AppOptions, DocsOptions, Limits } from './app/app.types.ts'
export {
  createLogger,
  type FlushableLogger,
  type LogDestination,
  type LoggerOptions,
  type LogLevel,
} from './logging/logger.ts'
export type { ServerLimits } from './server/server-limits.ts'
export { serve, type Servable, type ServeOptions, type ServerHandle } from './server/serve.ts'

// client: the names that the emitted types of an app need; the client itself is 'plinth/client'
export type { RoutesOf } from './app/app.types.ts'
export type { Route } from './routing/client-route.types.ts'
export type { PathParams } from './routing/route.types.ts'
