/** One thing that is wrong in the repository. */
export interface Finding {
  /** Path from the repository's root; without one, the message says where. */
  readonly file?: string
  /** Counted from 1. */
  readonly line?: number
  readonly message: string
}

/** One line of `npm run check`. */
export interface Check {
  readonly name: string
  /** What it looks at and finds nothing wrong with, in a few words. */
  readonly proves: string
  run(root: string): readonly Finding[] | Promise<readonly Finding[]>
}

/** A finding as editors and terminals link it: `file:line message`. */
export function formatFinding({ file, line, message }: Finding): string {
  if (!file) return message
  return `${file}${line ? `:${line}` : ''} ${message}`
}

/** The line (from 1) of a position in a text. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}
