import { relative, sep } from 'node:path'
import type { Check, Finding } from './finding.ts'
import { readImports, type Import } from './imports.ts'
import { findCycles } from './cycles.ts'
import { checkSizes } from './room-sizes.ts'

/** The rooms of `packages/plinth/src`, from low to high. A room imports only earlier rooms. */
export const rooms: readonly string[] = [
  'errors',
  'collections',
  'sql',
  'schemas',
  'settings',
  'telemetry',
  'logging',
  'http',
  'models',
  'dependencies',
  'database',
  'channels',
  'live',
  'jobs',
  'migrations',
  'auth',
  'limits',
  'routing',
  'sockets',
  'resources',
  'cors',
  'openapi',
  'mcp',
  'app',
  'server',
  'devtools',
  'client',
  'testing',
  'cli',
]

const source = 'packages/plinth/src'

/** Entry points of the package: they gather the exports of the rooms, and may import from all of them. */
const barrels = new Set(
  [
    '',
    'database/row-security/',
    'jobs/',
    'limits/',
    'mcp/',
    'migrations/',
    'openapi/',
    'testing/',
  ].map((folder) => `${source}/${folder}index.ts`),
)

/** A room imports only earlier rooms, there is no import cycle, and nothing is too large. */
export const roomsCheck: Check = {
  name: 'rooms',
  proves: 'a room imports only earlier rooms; no import cycle; no large room, folder or file',
  run: async (root) => {
    const all = await readImports(root, source)
    const imports = all.filter(({ from }) => !/\.test(-d)?\.ts$/.test(from))
    return [...imports.flatMap(checkOrder), ...checkCycles(imports), ...checkSizes(root, source)]
  },
}

function checkOrder({ from, to, line, isLocal }: Import): Finding[] {
  if (barrels.has(from)) return []
  const here = roomOf(from)
  const found = (message: string): Finding[] => [{ file: from, line, message }]
  if (!rooms.includes(here)) return found(`is not in a room; the rooms are ${rooms.join(', ')}`)
  if (to === 'plinth' || to.startsWith('plinth/') || barrels.has(to)) {
    return found('imports the package itself; import from the file that owns the name')
  }
  if (!isLocal) return []
  const there = roomOf(to)
  if (here === there) return []
  if (!rooms.includes(there)) return found(`imports ${to}, which is not in a room`)
  if (rooms.indexOf(there) < rooms.indexOf(here)) return []
  return found(`the room ${here} imports ${to}, and ${there} comes after ${here}`)
}

function checkCycles(imports: readonly Import[]): Finding[] {
  const edges = imports.filter(({ isLocal }) => isLocal)
  return findCycles(edges).map((cycle) => ({
    file: cycle[0] ?? source,
    message: `imports itself: ${[...cycle, cycle[0]].join(' -> ')}`,
  }))
}

/** The room of a file, or the name of a file that is not in a room. */
function roomOf(file: string): string {
  return relative(source, file).split(sep)[0] ?? file
}
