export { clientTypes } from '../app/client-types.ts'
export type {
  JsonSchema,
  OpenApiDocument,
  OpenApiOperation,
  OpenApiSocket,
} from './openapi.types.ts'
