/**
 * The module `node:http`, loaded without `import`.
 *
 * An `import` reads every export, and `WebSocket` among them loads all of Node's `fetch`: a tenth of the startup time,
 * for something that nothing else needs at startup.
 */
export const nodeHttp: typeof import('node:http') = process.getBuiltinModule('node:http')
