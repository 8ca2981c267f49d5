// The short form of `npm run load -- uploads`: counts, and memory that does not depend on the machine.
import { expect, it, onTestFinished } from 'vitest'
import { leaveMany, sendMany, UploadServer } from './uploads.load.ts'

const MiB = 1024 * 1024

it('a large upload takes no memory, many at once arrive whole, and clients that leave in the middle leave no file', async () => {
  const server = new UploadServer(5)
  onTestFinished(() => server.stop())
  await server.started()
  expect(await sendMany(server, 1, MiB)).toBe(1)
  const before = await server.peak()
  expect(await sendMany(server, 1, 192 * MiB)).toBe(1)
  // A body in memory would be 192 MiB more at least.
  expect((await server.peak()) - before).toBeLessThan(150 * MiB)
  expect(await sendMany(server, 30, MiB)).toBe(30)
  expect(await leaveMany(server, 5, MiB)).toEqual({ during: 5, after: 0 })
})
