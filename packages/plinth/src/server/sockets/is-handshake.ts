import type { IncomingMessage } from 'node:http'

/** Tests whether a request asks for a WebSocket. */
export const isHandshake = ({ method, headers }: IncomingMessage): boolean =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
