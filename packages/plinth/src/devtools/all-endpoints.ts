import { errorEndpoints } from './errors/error-endpoints.ts'
import type { DevEndpoint } from './frame/endpoint.types.ts'
import { jobEndpoints } from './jobs/job-endpoints.ts'
import { mailEndpoints } from './mail/mail-endpoints.ts'
import { modelEndpoints } from './models/model-endpoints.ts'
import { requestEndpoints } from './requests/request-endpoints.ts'
import { sqlEndpoints } from './sql/sql-endpoints.ts'
import { routeEndpoints } from './routes/route-endpoints.ts'
import { settingEndpoints } from './settings/setting-endpoints.ts'
import { tableEndpoints } from './tables/table-endpoints.ts'

/** Everything that the development page asks for, one list per view. */
export const allEndpoints: readonly DevEndpoint[] = [
  ...requestEndpoints,
  ...sqlEndpoints,
  ...errorEndpoints,
  ...tableEndpoints,
  ...modelEndpoints,
  ...routeEndpoints,
  ...settingEndpoints,
  ...jobEndpoints,
  ...mailEndpoints,
]
