/** A problem that a check found in the repository. */
export interface Finding {
  /** The path from the repository's root. If it is missing, the message says where. */
  readonly file?: string
  /** The line number, counted from 1. */
  readonly line?: number
  readonly message: string
}

/** A check: one line of `npm run check`. */
export interface Check {
  readonly name: string
  /** The property that a passing check proves, in a few words. */
  readonly proves: string
  run(root: string): readonly Finding[] | Promise<readonly Finding[]>
}

/** Formats a finding as `file:line message`, which editors and terminals turn into a link. */
export function formatFinding({ file, line, message }: Finding): string {
  if (!file) return message
  return `${file}${line ? `:${line}` : ''} ${message}`
}

/** The line number of a position in a text, counted from 1. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}
