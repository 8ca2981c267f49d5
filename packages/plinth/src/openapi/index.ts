export { clientTypes } from '../app/client-types.ts'
export type { JsonSchema, OpenApiDocument, OpenApiOperation } from './openapi.types.ts'
