// Removes the private parts of node:http that Plinth uses, as a later version of Node may: import it before Plinth, or
// with `node --import`. Node itself goes on working: it finds the method only while it writes a head of its own.
import { ClientRequest, OutgoingMessage, ServerResponse } from 'node:http'

type Method = (this: object, ...rest: unknown[]) => unknown

const storeHead = Reflect.get(OutgoingMessage.prototype, '_storeHeader') as Method | undefined
if (storeHead === undefined) throw new Error('node:http has no _storeHeader to remove')
const writeHead = Reflect.get(ServerResponse.prototype, 'writeHead') as Method

Reflect.deleteProperty(OutgoingMessage.prototype, '_storeHeader')
Reflect.set(ClientRequest.prototype, '_storeHeader', storeHead)
const writeHeadAlone: Method = function (...rest) {
  Reflect.set(this, '_storeHeader', storeHead)
  try {
    return writeHead.apply(this, rest)
  } finally {
    Reflect.deleteProperty(this, '_storeHeader')
  }
}
Reflect.set(ServerResponse.prototype, 'writeHead', writeHeadAlone)

/** Puts the private parts back. */
export function restoreNodeInternals(): void {
  Reflect.set(OutgoingMessage.prototype, '_storeHeader', storeHead)
  Reflect.deleteProperty(ClientRequest.prototype, '_storeHeader')
  Reflect.set(ServerResponse.prototype, 'writeHead', writeHead)
}
