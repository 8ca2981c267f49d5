import type { ComponentType } from 'preact'
import { ErrorsView } from './errors/errors-view.tsx'
import { JobsView } from './jobs/jobs-view.tsx'
import { MailView } from './mail/mail-view.tsx'
import { ModelsView } from './models/models-view.tsx'
import { RequestsView } from './requests/requests-view.tsx'
import { RoutesView } from './routes/routes-view.tsx'
import { SettingsView } from './settings/settings-view.tsx'
import { SqlView } from './sql/sql-view.tsx'
import { TablesView } from './tables/tables-view.tsx'

/** A view of the page: its place in the address, and its entry in the navigation. */
export interface View {
  /** The first part of the address: `#/requests`. */
  readonly name: string
  readonly title: string
  readonly group: 'Traffic' | 'Data' | 'Service'
  readonly component: ComponentType
}

/** The views in the order of the navigation. */
export const views: readonly View[] = [
  { name: 'requests', title: 'Requests', group: 'Traffic', component: RequestsView },
  { name: 'sql', title: 'SQL', group: 'Traffic', component: SqlView },
  { name: 'errors', title: 'Errors', group: 'Traffic', component: ErrorsView },
  { name: 'tables', title: 'Tables', group: 'Data', component: TablesView },
  { name: 'models', title: 'Models', group: 'Data', component: ModelsView },
  { name: 'routes', title: 'Routes', group: 'Service', component: RoutesView },
  { name: 'jobs', title: 'Jobs', group: 'Service', component: JobsView },
  { name: 'mail', title: 'Mail', group: 'Service', component: MailView },
  { name: 'settings', title: 'Settings', group: 'Service', component: SettingsView },
]

/** The view that the page opens with. */
export const homeView = 'requests'
