import type { App } from '../../../src/app/app.types.ts'
import type { Database } from '../../../src/database/database.ts'
import { testApp, testDatabase } from '../../../src/testing/index.ts'
import type { Drivers } from './driver.types.ts'

export const drivers: Drivers = {
  start: async ({ load }) => {
    const { api, db, User } = await load<{ api: App; db: Database; User: object }>('api.ts')
    const own = await testDatabase({ models: { User }, jobs: true })
    await using test = testApp(api)
    test.override(db, own)
    const response = await test.fetch(
      new Request('http://localhost:8000/users', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'ann@example.com' }),
      }),
    )
    if (response.status !== 201) throw new Error(await response.text())
    const lines: string[] = []
    const { log } = console
    console.log = (...words: unknown[]) => void lines.push(words.join(' '))
    await test.jobs.run()
    console.log = log
    return lines
  },
}
