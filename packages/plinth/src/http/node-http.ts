/**
 * `node:http`, taken without `import`: that reads all that the module exports, of which `WebSocket` loads all of Node's
 * `fetch`. Nothing else needs it at start, and it would be a tenth of that.
 */
export const nodeHttp: typeof import('node:http') = process.getBuiltinModule('node:http')
