import type { DevEndpoint } from '../frame/endpoint.types.ts'
import { errorGroups } from './error-groups.ts'

/** The view of errors. */
export const errorEndpoints: readonly DevEndpoint[] = [
  { method: 'GET', path: '/errors', run: ({ recorder }) => errorGroups(recorder) },
]
