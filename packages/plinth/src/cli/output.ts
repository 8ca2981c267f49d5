import { stripVTControlCharacters, styleText } from 'node:util'
import { spinner } from '@clack/prompts'

type Format = Parameters<typeof styleText>[0]

/** What a command says: to a person, or as one JSON document to a program. */
export interface Output {
  /** Whether a program reads it: `--json`. */
  readonly json: boolean
  /** Whether a person sits there, who can be asked. */
  readonly interactive: boolean
  /** A line for people on standard output; nothing under `--json`. */
  line(text?: string): void
  /** A line for people on standard error; nothing under `--json`. */
  note(text: string): void
  /** A table for people; nothing under `--json`. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void
  /** The JSON document; nothing without `--json`. Once a command. */
  result(value: unknown): void
  /** The text that the command is for, as it is: a document, a token. */
  document(text: string): void
  /** Colors a text where colors are seen. */
  style(format: Format, text: string): string
  /** Shows a spinner while it runs, on a terminal. */
  wait<T>(what: string, run: () => Promise<T>): Promise<T>
}

/** What {@link output} is asked for. */
export interface OutputOptions {
  readonly json?: boolean | undefined
  /** Whether standard output is for a document alone. Default: as `json`. */
  readonly document?: boolean | undefined
}

const stdout = process.stdout.write.bind(process.stdout)

/** What the service's modules print while they are loaded must not get into a document. */
function keepStdout(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}

/** Where a command says what it has to say. */
export function output({ json = false, document = json }: OutputOptions = {}): Output {
  if (document) keepStdout()
  // a terminal that has no width draws a spinner letter by letter
  const terminal = process.stdout.isTTY && process.stdout.columns > 0 && !json && !process.env['CI']
  const style = (format: Format, text: string): string =>
    styleText(format, text, { stream: document ? process.stderr : process.stdout })
  const line = (text = ''): void => {
    if (!json) stdout(`${text}\n`)
  }
  return {
    json,
    interactive: terminal && process.stdin.isTTY,
    style,
    line,
    note: (text) => {
      if (!json) process.stderr.write(`${text}\n`)
    },
    table: (headings, rows) => {
      const bold = headings.map((heading) => style('bold', heading))
      for (const row of aligned([bold, ...rows])) line(row)
    },
    result: (value) => {
      if (json) stdout(`${JSON.stringify(value, null, 2)}\n`)
    },
    document: (text) => void stdout(text.endsWith('\n') ? text : `${text}\n`),
    wait: async (what, run) => {
      if (!terminal || document) return await run()
      const spinning = spinner()
      spinning.start(what)
      try {
        return await run()
      } finally {
        spinning.clear()
      }
    },
  }
}

const widthOf = (text: string): number => stripVTControlCharacters(text).length

/** Rows as lines, with their columns below each other. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(0, ...rows.map((row) => widthOf(row[at] ?? ''))),
  )
  return rows.map((row) =>
    row
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  )
}
