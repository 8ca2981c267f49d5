import { relative } from 'node:path'

/** Describes a change of files, such as `src/tasks.ts and 2 others changed`. */
export function describeChange(root: string, files: readonly string[]): string {
  const [first = ''] = files
  const name = relative(root, first)
  if (files.length <= 1) return `${name} changed`
  return `${name} and ${files.length === 2 ? 'another file' : `${files.length - 1} others`} changed`
}
