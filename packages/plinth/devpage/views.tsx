import type { ComponentType } from 'preact'
import { ErrorsView } from './errors/errors-view.tsx'
import { RequestsView } from './requests/requests-view.tsx'
import { SqlView } from './sql/sql-view.tsx'

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
]

/** The view that the page opens with. */
export const homeView = 'requests'
