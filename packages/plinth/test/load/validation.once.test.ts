// The short form of `npm run load -- validation`: statuses, no times.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendTimes, SmallServer } from './validation.load.ts'
import { worstInputs } from './worst-inputs.ts'

let server: SmallServer
beforeAll(async () => {
  server = new SmallServer()
  await server.started()
})
afterAll(() => server.stop())

it.for(worstInputs.map(({ name, status }, at) => ({ name, status, at })))(
  'with 256 MB a server responds twice to 1 MiB of: $name',
  async ({ status, at }) => {
    expect(await sendTimes(server, at, 2)).toEqual({ [status]: 2 })
  },
)

it('with 256 MB a server survives all of the worst inputs', () => {
  expect(server.ended).toBeUndefined()
})
