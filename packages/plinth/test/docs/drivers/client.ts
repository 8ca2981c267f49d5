import type { App } from '../../../src/app/app.types.ts'
import { client, ClientError } from '../../../src/client/client.ts'
import type { Drivers } from './driver.types.ts'

export const drivers: Drivers = {
  errors: async ({ load }) => {
    const { api } = await load<{ api: App }>('notes.ts')
    // the types of the page's routes are not known here
    const caller = client('http://localhost', {
      fetch: (request) => api.fetch(request),
    }) as unknown as { post(path: string, input: object): Promise<unknown> }
    try {
      await caller.post('/notes', { body: { text: '', dueAt: null } })
    } catch (error) {
      if (error instanceof ClientError) return [error.message]
    }
    return []
  },
}
