import { readFileSync, statSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RecordedFrame } from './recorded.types.ts'

/** The most frames of one stack, and the lines before and after the one of a frame. */
const most = { frames: 8, excerpts: 3, around: 4, file: 1024 * 1024 } as const

const frameForm =
  /^\s*at (?:(?:async )?(.*?) \()?((?:file:\/\/)?\/.*?|file:\/\/\/.*?):(\d+):(\d+)\)?$/

/**
 * The frames of a stack that are in a service's own files, with the source lines of the first ones.
 *
 * Node removes types without moving anything, so lines and columns are those of the TypeScript file.
 */
export function framesOf(
  stack: string,
  root: string,
  excerpts: number = most.excerpts,
): RecordedFrame[] {
  const frames: RecordedFrame[] = []
  for (const line of stack.split('\n')) {
    const [, name = '', where = '', row = '', column = ''] = frameForm.exec(line) ?? []
    const path = where === '' ? undefined : ownPath(where, root)
    if (path === undefined) continue
    const at = { file: relative(root, path), line: Number(row), column: Number(column), name }
    const excerpt = frames.length < excerpts ? excerptOf(path, at.line) : undefined
    frames.push(excerpt === undefined ? at : { ...at, excerpt })
    if (frames.length === most.frames) break
  }
  return frames
}

/** The path of a file of the service itself; `undefined` for any other. */
function ownPath(where: string, root: string): string | undefined {
  // A reload adds a query to the URL.
  const bare = where.replace(/\?.*$/, '')
  const path = bare.startsWith('file:') ? fileURLToPath(bare) : bare
  const isOwn = path.startsWith(root + sep) && !path.includes(`${sep}node_modules${sep}`)
  return isOwn ? path : undefined
}

/** The lines of a file, by its path and the time of its last change. */
const read = new Map<string, { readonly changed: number; readonly lines: readonly string[] }>()

function excerptOf(path: string, line: number): RecordedFrame['excerpt'] {
  const lines = linesOf(path)
  if (lines === undefined || line > lines.length) return undefined
  const from = Math.max(1, line - most.around)
  const cut = lines.slice(from - 1, line + most.around).map((text) => text.slice(0, 200))
  return { from, lines: cut }
}

function linesOf(path: string): readonly string[] | undefined {
  try {
    const { mtimeMs: changed, size } = statSync(path)
    if (size > most.file) return undefined
    const known = read.get(path)
    if (known?.changed === changed) return known.lines
    if (read.size >= 50) read.clear()
    const lines = readFileSync(path, 'utf8').split('\n')
    read.set(path, { changed, lines })
    return lines
  } catch {
    return undefined
  }
}
