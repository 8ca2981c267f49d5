import { errorEndpoints } from './errors/error-endpoints.ts'
import type { DevEndpoint } from './frame/endpoint.types.ts'
import { requestEndpoints } from './requests/request-endpoints.ts'
import { sqlEndpoints } from './sql/sql-endpoints.ts'

/** Everything that the development page asks for, one list per view. */
export const allEndpoints: readonly DevEndpoint[] = [
  ...requestEndpoints,
  ...sqlEndpoints,
  ...errorEndpoints,
]
