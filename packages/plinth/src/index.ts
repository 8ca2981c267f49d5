// errors
export type { CatchEntry } from './errors/catch-entry.ts'
export type {
  ErrorOrigin,
  ErrorReport,
  ErrorSource,
  FailedJob,
  OnError,
} from './errors/error-report.ts'
export { errorCodes, type Code, type CodeEntry } from './errors/error-codes.ts'
export { errorType, type DeclaredError, type ErrorType } from './errors/error-type.ts'
export {
  badRequest,
  conflict,
  forbidden,
  HttpError,
  notFound,
  unauthorized,
  type InputIssue,
  type InputSource,
} from './errors/http-error.ts'
export { PlinthError } from './errors/plinth-error.ts'
export { SocketClose } from './errors/socket-close.ts'
export type { Problem } from './errors/problem.ts'
export type { ProblemFormat, ProblemTypes } from './http/problems/problem-format.ts'
export { postgresError } from './database/postgres-error.ts'

// settings and logging
export { betterAuthSecret } from './settings/better-auth-secret.ts'
export { mode, type Mode } from './settings/mode.ts'
export { secret } from './settings/secret.ts'
export { describeSettings, type SettingRow } from './settings/made-settings.ts'
export { settings, type Settings } from './settings/settings.ts'
export {
  createLogger,
  type FlushableLogger,
  type LogDestination,
  type LoggerOptions,
  type LogLevel,
} from './logging/logger.ts'
export type { Logger } from './logging/logger.types.ts'
export type { DocsOptions } from './app/check-docs-options.ts'
export type { MetricsOptions } from './app/metrics/metrics-options.ts'
export { devMail, type DevMail } from './logging/dev-mail.ts'
export type { AccessField, AccessLogOptions } from './routing/logs/chosen-fields.ts'

// models
export { base64, type Base64Options } from './schemas/base64.ts'
export { decimal } from './schemas/decimal.ts'
export { duration } from './schemas/duration.ts'
export { aliased } from './schemas/names/aliased.ts'
export type { NamedObject } from './schemas/names/named-object.types.ts'
export type { NameBy, Naming, Renamed, RenamedQuery } from './schemas/names/naming.types.ts'
export { encode } from './schemas/encode.ts'
export { timeOfDay } from './schemas/time-of-day.ts'
export {
  createdAt,
  deletedAt,
  field,
  id,
  owner,
  serialId,
  updatedAt,
  version,
} from './models/field.ts'
export { fromTable, type ModelFrom } from './models/from-table.ts'
export { ModelError, type FieldIssue } from './models/model-error.ts'
export { model } from './models/model.ts'
export type { Field, FieldOptions, FlagsOf, Model, Row } from './models/model.types.ts'
export { patch, type Patch } from './models/patch.ts'
export { notDeleted } from './models/not-deleted.ts'
export { references, type ModelReference } from './models/references.ts'
export { relationsOf } from './models/relations-of.ts'
export { computed, type Computed } from './models/relations/computed.ts'
export { withRelations, type WithComputed, type WithRelations } from './models/relations.ts'

// dependencies
export type { Needs, Reads, ReadsOf } from './dependencies/asked.types.ts'
export type { CallerKey } from './dependencies/caller-key.ts'
export type { Concurrency } from './dependencies/concurrency.ts'
export type { Dependency } from './dependencies/definition.ts'
export {
  dependency,
  type Dependencies,
  type DependencyOptions,
  type Scope,
} from './dependencies/dependency.ts'
export { body, cookie, header, path, query } from './dependencies/parameter.ts'
export type { ParameterOptions } from './dependencies/parameter.ts'
export { after } from './http/after/after.ts'
export type { Reply } from './http/reply.ts'
export type { Window } from './dependencies/window.ts'
export type { ClientInfo, RequestContext } from './http/request-context.ts'

// database
export { database, type Database, type DatabaseOptions } from './database/database.ts'
export { type DatabaseTransaction, type Queryable } from './database/queryable.ts'
export type { QueryResult } from './database/drivers/driver.ts'
export {
  listing,
  type Listing,
  type ListingOptions,
  type ListPage,
  type ListRequest,
  type Page,
} from './database/listing/listing.ts'
export { ifMatch, type IfMatch } from './database/queries/if-match.ts'
export { insert, type Insert } from './database/queries/insert.ts'
export { one, type One } from './database/queries/one.ts'
export type { LazyQuery } from './dependencies/lazy-query.ts'
export { remove } from './database/queries/remove.ts'
export type { Change, RowsQuery } from './database/queries/typed-write.ts'
export { update, type Setting } from './database/queries/update.ts'
export { transaction } from './database/transaction.ts'

// channels and live queries
export { channel, type Channel } from './channels/channel.ts'
export { gap } from './channels/channel-gap.ts'
export type { SubscribeOptions, Subscription } from './channels/subscription.ts'
export { live, type Changes, type LiveOptions, type LiveUserOptions } from './live/live.ts'
export type { LiveList } from './live/live-list.ts'

// authentication
export type { AuthUser } from './auth/auth-user.ts'
export { betterAuth, type BetterAuthOptions } from './auth/better-auth.ts'
export type { InProcessOptions } from './auth/in-process/in-process-auth.ts'
export { apiKey, type ApiKeyOptions } from './auth/schemes/api-key.ts'
export { basic, type BasicOptions } from './auth/schemes/basic.ts'
export type { BasicCredentials } from './auth/schemes/basic-credentials.ts'
export { bearer } from './auth/schemes/bearer.ts'
export { oauth2Password, type OAuth2PasswordOptions } from './auth/schemes/oauth2-password.ts'
export { passwordForm, type PasswordFormShape } from './auth/schemes/password-form.ts'
export { openIdConnect, type OpenIdConnectOptions } from './auth/schemes/open-id-connect.ts'
export { constantTimeEqual } from './auth/schemes/constant-time-equal.ts'
export type { CredentialOptions, CredentialValue } from './auth/schemes/credential-dependency.ts'
export {
  passwordGrant,
  type GrantedToken,
  type PasswordGrant,
  type PasswordGrantSpec,
  type TokenResponse,
} from './auth/token-endpoint/password-grant.ts'
export type { TokenClient } from './auth/token-endpoint/client-credentials.ts'
export { tokenError, type TokenErrorCode } from './auth/token-endpoint/token-error.ts'
export { createToken, type TokenContent } from './auth/jwt/create-token.ts'
export type { FixedKeys } from './auth/jwt/fixed-keys.ts'
export type { Jwk, JwkSet } from './auth/jwt/jwk.ts'
export { jwt, type JwtAuthOptions } from './auth/jwt/jwt.ts'
export type { SigningKey } from './auth/jwt/signing-key.ts'
export type { VerifyTokenOptions } from './auth/jwt/token-policy.ts'
export { verifyToken } from './auth/jwt/verify-token.ts'
export { requireOrganization } from './auth/guards/require-organization.ts'
export { requireRole } from './auth/guards/require-role.ts'
export { requireScope, type Claimed } from './auth/guards/require-scope.ts'

// routes
export {
  file,
  form,
  type FileOptions,
  type FormSchema,
  type StreamedFileOptions,
} from './http/form.ts'
export type { UploadedFile } from './http/upload/uploaded-file.ts'
export { bytes, html, text, type BytesSource, type Content } from './http/content/content.ts'
export { download, type Download, type DownloadOptions } from './http/content/download.ts'
export type { Html } from './http/content/html.ts'
export { redirect, type RedirectContent } from './http/content/redirect.ts'
export type { Responded } from './http/content/responded.ts'
export {
  comment,
  event,
  raw,
  type RawData,
  type ServerSentEvent,
  type StreamComment,
} from './http/content/stream-events.ts'
export { jsonLines, sse, type EventStreamSchema, type StreamSchema } from './http/stream.ts'
export { resource, type ResourceRoute, type ResourceRoutes } from './resources/resource.ts'
export type { ResponseDeclaration, ResponseMap } from './routing/responses/response-map.types.ts'
export type { Idempotent, IdempotentOptions } from './routing/idempotency/idempotent-options.ts'
export type { PathParams, RouteSpec } from './routing/route.types.ts'
export type {
  CallbackOptions,
  NameableRoute,
  NamedExample,
  RouteWords,
  WebhookOptions,
} from './routing/route-words.ts'
export type { UnknownFields } from './routing/unknown-fields.ts'
export { router, type Router, type RouterOptions } from './routing/router.ts'
export { merge } from './collections/merge.ts'

// the app and its server
export { app } from './app/app.ts'
export type {
  App,
  AppOptions,
  BasePathOptions,
  DecompressOptions,
  Mount,
  MountOptions,
  Mounts,
  RoutesOf,
} from './app/app.types.ts'
export type { TelemetryOptions } from './app/telemetry-options.ts'
export type { FetchHandler } from './routing/mounted-handler.ts'
export { files, type Files, type FilesOptions } from './http/files/files.ts'
export type { FrontendOptions } from './http/files/frontend.ts'
export { compress, type CompressOptions } from './http/middleware/compress.ts'
export type { Middleware, Next } from './http/middleware/middleware.types.ts'
export { trustedHosts } from './http/middleware/trusted-hosts.ts'
export type { Limits } from './http/limits.ts'
export type { CorsOptions } from './cors/cors.types.ts'
export type { Route, SocketRoute } from './routing/client-route.types.ts'
export type { SocketLimits, SocketSpec } from './routing/sockets/socket.types.ts'
export type { SwaggerUiOptions } from './openapi/swagger-ui-options.ts'
export { serve, type Servable, type ServeOptions, type ServerHandle } from './server/serve.ts'

// types that only a compiler writes: the declarations of what a user exports name them
export type { CallerGuard } from './auth/guards/caller-guard.ts'
export type { ListShape } from './database/listing/listing.types.ts'
export type { OffsetListing } from './database/listing/offset-listing.types.ts'
export type { OffsetOptions, OffsetPage } from './database/listing/offset-pages.types.ts'
export type { ReferenceField } from './models/model.types.ts'
export type { ReferenceOptions } from './models/references.types.ts'
export type { RelationsOf } from './models/relations-of.types.ts'
export type { AskedOf } from './dependencies/asked.types.ts'
export type { NoData } from './errors/error-type.ts'
export type { RelatedShape, WithOf } from './models/relations.types.ts'
export type { FromTableOptions } from './models/from-table.types.ts'
export type { ValuesOf } from './dependencies/dependency.ts'
export type { MappedResult } from './routing/responses/response-map.types.ts'
export type { CookiesOf, HeadersOf, NoValue, Reserved } from './routing/route.types.ts'
export type { PlainListing, ResourceTypes } from './resources/resource.types.ts'
