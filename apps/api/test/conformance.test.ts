import { sql } from 'drizzle-orm'
import { conformance } from 'plinth/testing'
import { expect, it } from 'vitest'
import { useTestApi } from './test-api.ts'

const test = await useTestApi()

const ids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']

/** Inserts the rows with these ids, which requests change and delete. */
async function refill(): Promise<void> {
  await test.empty()
  await test.database.execute(sql`
    with ids (id) as (values ${sql.join(
      ids.map((id) => sql`(${id}::uuid)`),
      sql`, `,
    )}),
      projects as (insert into projects (id, name, user_id) select id, 'p', 'ann' from ids),
      tags as (insert into tags (id, name, user_id) select id, id, 'ann' from ids)
    insert into tasks (id, title, user_id) select id, 't', 'ann' from ids`)
}

it('every response matches the OpenAPI document, whatever the request', async () => {
  const seed = Number(process.env['CONFORMANCE_SEED'] ?? 20_261_130)
  let sent = 0
  const report = await conformance(test.app, {
    seed,
    headers: { authorization: `Bearer ${await test.tokenOf('ann')}` },
    values: { id: ids, projectId: [...ids, null], tagIds: [[], ids], cursor: [] },
    runs: 40,
    fetch: async (request) => {
      if (sent % 20 === 0 || request.method === 'DELETE') await refill()
      sent += 1
      return test.app.fetch(request)
    },
  })
  expect(report.findings.slice(0, 20), `seed ${seed}`).toEqual([])
  expect(report.requests).toBeGreaterThanOrEqual(1500)
  expect(report.skipped).toEqual([])
  expect(report.unproven).toEqual([])
})
