import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { SentRequests } from './sent-requests.ts'

const whole = 'one two'

/** A request whose first bytes were sent, and a function that sends the rest. */
async function received(first: string): Promise<[IncomingMessage, (rest: string) => void]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  onTestFinished(() => {
    client.destroy()
    server.close()
  })
  const arriving = once(server, 'request') as Promise<[IncomingMessage]>
  client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${whole.length}\r\n\r\n${first}`)
  const [message] = await arriving
  while (message.readableLength < first.length) await delay(1)
  return [message, (rest) => void client.write(rest)]
}

async function textOf(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  message.on('data', (part: Buffer) => parts.push(part))
  await once(message, 'end')
  return Buffer.concat(parts).toString()
}

it.each(['', 'one ', 'one two'])(
  'a body of which "%s" arrived before it is recorded is kept whole, and the handler reads it whole',
  async (first) => {
    const [message, send] = await received(first)
    const sent = new SentRequests()
    sent.keep(1, message)
    const reading = textOf(message)
    send(whole.slice(first.length))
    expect(await reading).toBe(whole)
    expect(sent.get(1)?.body()?.toString()).toBe(whole)
  },
)
