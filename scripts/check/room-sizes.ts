import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Finding } from './finding.ts'

/** The limits on the sources of `packages/plinth/src`, tests and their fixtures not counted. */
export const limits = {
  /** The share of all source lines that one room may have. */
  roomShare: 0.21,
  /** The source files directly in one folder. */
  filesPerFolder: 30,
  /** The lines of one source file. */
  linesPerFile: 330,
} as const

/** Finds rooms, folders and files that have grown too large. */
export function checkSizes(root: string, source: string): Finding[] {
  const files = globSync(`${source}/**/*.ts`, { cwd: root })
    .filter((file) => !/\.(?:test|test-d|fixture)\.ts$/.test(file))
    .toSorted()
  const lines = new Map(
    files.map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1]),
  )
  return [...checkFiles(lines), ...checkFolders(files), ...checkRooms(lines, source)]
}

type Lines = ReadonlyMap<string, number>

function checkFiles(lines: Lines): Finding[] {
  return [...lines]
    .filter(([, count]) => count > limits.linesPerFile)
    .map(([file, count]) => ({
      file,
      message: `has ${count} lines; a source file has at most ${limits.linesPerFile}: split it`,
    }))
}

function checkFolders(files: readonly string[]): Finding[] {
  return [...Map.groupBy(files, dirname)]
    .filter(([, { length }]) => length > limits.filesPerFolder)
    .map(([file, { length }]) => ({
      file,
      message: `has ${length} source files; a folder has at most ${limits.filesPerFolder}: group them by concept`,
    }))
}

function checkRooms(lines: Lines, source: string): Finding[] {
  const total = sum(lines.values())
  // below this, one room is always too large
  if (total < 1_000) return []
  const byRoom = Map.groupBy(lines, ([file]) => relative(source, file).split(sep)[0] ?? file)
  return [...byRoom].flatMap(([room, inside]) => {
    const share = sum(inside.map(([, count]) => count)) / total
    if (share <= limits.roomShare) return []
    const percent = `${(100 * share).toFixed(1)} %`
    const most = `${100 * limits.roomShare} %`
    return [
      {
        file: `${source}/${room}`,
        message: `has ${percent} of the source lines; a room has at most ${most}: split it`,
      },
    ]
  })
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0)
}
