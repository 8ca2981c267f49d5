// Loads pg and pg-protocol as later versions might be: the private fields and methods of clients, connections, queries
// and the parser have other names. Use it as a vitest setup file, or with `node --import`.
import { rewriteModules } from './rewrite-modules.ts'

const renames: readonly (readonly [from: RegExp, to: string])[] = [
  [/\b_getActiveQuery\b/g, '_currentQuery'],
  [/\battachListeners\b/g, '_listenTo'],
  [/\bhasBeenParsed\b/g, '_isPrepared'],
  [/\bsubmittedNamedStatements\b/g, '_sentStatements'],
  [/\b(this|client)\.processID\b/g, '$1._backendId'],
  [/\b(this|client)\.secretKey\b/g, '$1._backendKey'],
]

rewriteModules([
  {
    file: /\/pg\/lib\/(client|connection|query)\.js$/,
    rewrite: (source) => renames.reduce((text, [from, to]) => text.replaceAll(from, to), source),
  },
  {
    file: /\/pg-protocol\/dist\/parser\.js$/,
    rewrite: (source) =>
      source
        .replaceAll(/\bthis\.reader\b/g, 'this.input')
        .replaceAll('{ reader } = this', '{ input: reader } = this'),
  },
])
