import { sql } from 'drizzle-orm'
import { conformance } from 'plinth/testing'
import { expect, it } from 'vitest'
import { useTestApi } from './test-api.ts'

const test = await useTestApi()

/** Rows that stay: what the requests delete is made anew before each of them. */
const ids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']

async function refill(): Promise<void> {
  await test.database.execute(sql`truncate tasks, projects, tags, task_tags`)
  for (const id of ids) {
    await test.database.execute(
      sql`insert into projects (id, name, user_id) values (${id}, 'p', 'ann')`,
    )
    await test.database.execute(
      sql`insert into tags (id, name, user_id) values (${id}, ${id}, 'ann')`,
    )
    await test.database.execute(
      sql`insert into tasks (id, title, user_id) values (${id}, 't', 'ann')`,
    )
  }
}

it('answers as its OpenAPI document says, whatever it is sent', async () => {
  const seed = Number(process.env['CONFORMANCE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  console.info(`CONFORMANCE_SEED=${seed}`)
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
  // Each operation also did what it is for.
  for (const [operation, statuses] of Object.entries(report.statuses))
    expect(Object.keys(statuses), operation).toContainEqual(expect.stringMatching(/^2/))
}, 120_000)
