import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** An email as the frontend hands it to its mail service. */
interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
}

/** A mail service with the HTTP API of Resend, which keeps what it receives. */
export async function startMailService(key: string) {
  const mails: ReceivedMail[] = []
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${key}`) return response.writeHead(401).end()
    return void json(request).then((mail) => {
      mails.push(mail as ReceivedMail)
      response.end('{"id":"1"}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    mails,
    url: `http://127.0.0.1:${port}/emails`,
    [Symbol.dispose]: () => void server.close(),
  }
}
