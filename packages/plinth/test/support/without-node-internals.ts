// Removes the private parts of node:http that Plinth uses, as a later version of Node may: import it before Plinth, or
// with `node --import`. Node itself goes on working: it finds the method only while it writes a head of its own.
import { ClientRequest, OutgoingMessage, ServerResponse } from 'node:http'

interface Internals {
  _storeHeader?: (this: OutgoingMessage, statusLine: string, headers: unknown) => void
}

const outgoing = OutgoingMessage.prototype as OutgoingMessage & Internals
const client = ClientRequest.prototype as ClientRequest & Internals
const { _storeHeader: storeHeader } = outgoing
const { writeHead } = ServerResponse.prototype
if (storeHeader === undefined) throw new Error('node:http has no _storeHeader to remove')

delete outgoing._storeHeader
client._storeHeader = storeHeader
ServerResponse.prototype.writeHead = function (
  this: ServerResponse & Internals,
  ...rest: unknown[]
) {
  this._storeHeader = storeHeader
  try {
    return writeHead.apply(this, rest as Parameters<typeof writeHead>)
  } finally {
    delete this._storeHeader
  }
}
