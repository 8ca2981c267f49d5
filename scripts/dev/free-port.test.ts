import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { freePort } from './free-port.ts'

const listening = async (host: string): Promise<{ port: number; close: () => void }> => {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

test.each(['127.0.0.1', '::1'])('a port in use on %s is reported in one sentence', async (host) => {
  const { port, close } = await listening(host)
  await expect(freePort(port, 'WEB_PORT')).rejects.toThrow(
    `Port ${port} is in use: stop the program that has it, or set another with WEB_PORT`,
  )
  close()
  expect(await freePort(port, 'WEB_PORT')).toBe(port)
})

test('port 0 means any free port', async () => {
  expect(await freePort(0, 'PORT')).toBeGreaterThan(1023)
})
