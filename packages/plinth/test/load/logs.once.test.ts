// The short form of `npm run load -- logs`, with workers. Without: src/server/log-output.test.ts.
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { CliProject } from '../support/cli-project.ts'
import { blockedForAWhile, closedPipe, fullDisk, hasFullDevice } from './log-faults.ts'
import { loadProject } from './load-service.ts'

let project: CliProject
beforeAll(() => {
  project = loadProject()
})
afterAll(() => project[Symbol.dispose]())

describe.concurrent('the log of workers', () => {
  it('has whole lines after its reader was stuck, and reports each line that was dropped', async ({
    expect,
  }) => {
    // Each request logs 120 KB, and 4 MiB are held in memory.
    const { folder } = project
    const outcome = await blockedForAWhile({ folder, workers: 2, requests: 60 })
    const { logged, written, dropped } = outcome
    expect(outcome).toMatchObject({ failed: 0, torn: 0, unwritten: 0, code: 0 })
    expect(dropped).toBeGreaterThan(0)
    expect(written + dropped).toBe(logged)
  })

  it('stops no request and no SIGTERM after its reader has gone', async ({ expect }) => {
    const outcome = await closedPipe({ folder: project.folder, workers: 2, requests: 10 })
    expect(outcome).toMatchObject({ failed: 0, torn: 0, code: 0 })
    expect(outcome.unwritten).toBeGreaterThan(200)
  })

  it.skipIf(!hasFullDevice())(
    'stops no request and no SIGTERM on a full disk',
    async ({ expect }) => {
      const outcome = await fullDisk({ folder: project.folder, workers: 2, requests: 10 })
      expect(outcome).toMatchObject({ failed: 0, code: 0 })
      expect(outcome.unwritten).toBeGreaterThan(200)
    },
  )
})
