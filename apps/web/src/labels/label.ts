import type { Api } from '../client/api.tsx'

/** Projects and tags, which only have a name and are managed in the same way. */
export type LabelKind = 'project' | 'tag'

/** A project or a tag. */
export interface Label {
  readonly id: string
  readonly name: string
}

interface LabelCalls {
  readonly path: '/api/projects' | '/api/tags'
  readonly list: (api: Api) => Promise<Label[]>
  readonly create: (api: Api, name: string) => Promise<Label>
  readonly rename: (api: Api, label: Label) => Promise<Label>
  readonly remove: (api: Api, id: string) => Promise<void>
}

/** The API calls of each kind. */
export const labelCalls: Readonly<Record<LabelKind, LabelCalls>> = {
  project: {
    path: '/api/projects',
    list: (api) => api.get('/api/projects'),
    create: (api, name) => api.post('/api/projects', { body: { name } }),
    rename: (api, { id, name }) =>
      api.patch('/api/projects/:id', { params: { id }, body: { name } }),
    remove: (api, id) => api.delete('/api/projects/:id', { params: { id } }),
  },
  tag: {
    path: '/api/tags',
    list: (api) => api.get('/api/tags'),
    create: (api, name) => api.post('/api/tags', { body: { name } }),
    rename: (api, { id, name }) => api.patch('/api/tags/:id', { params: { id }, body: { name } }),
    remove: (api, id) => api.delete('/api/tags/:id', { params: { id } }),
  },
}
