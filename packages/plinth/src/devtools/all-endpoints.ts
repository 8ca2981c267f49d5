import type { DevEndpoint } from './frame/endpoint.types.ts'
import { requestEndpoints } from './requests/request-endpoints.ts'

/** Everything that the development page asks for, one list per view. */
export const allEndpoints: readonly DevEndpoint[] = [...requestEndpoints]
