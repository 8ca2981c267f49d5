import { stripVTControlCharacters, styleText } from 'node:util'
import { spinner } from '@clack/prompts'

type Format = Parameters<typeof styleText>[0]

/** The output of a command: text for a person, or one JSON document for a program. */
export interface Output {
  /** True with `--json`: a program reads the output. */
  readonly json: boolean
  /** True on a terminal with a person who can reply to questions. */
  readonly interactive: boolean
  /** Prints a line on standard output; nothing with `--json`. */
  line(text?: string): void
  /** Prints a line on standard error; nothing with `--json`. */
  note(text: string): void
  /** Prints a table; nothing with `--json`. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void
  /** Prints the JSON document; nothing without `--json`. Call it once per command. */
  result(value: unknown): void
  /** Prints the command's product as it is: a document or a token. */
  document(text: string): void
  /** Colors a text if colors are shown. */
  style(format: Format, text: string): string
  /** Shows a spinner while `run` runs, if this is a terminal. */
  wait<T>(label: string, run: () => Promise<T>): Promise<T>
}

/** Options of {@link output}. */
export interface OutputOptions {
  readonly json?: boolean | undefined
  /** Reserves standard output for a document. Default: the value of `json`. */
  readonly document?: boolean | undefined
}

const stdout = process.stdout.write.bind(process.stdout)

/** Redirects standard output, so that text printed by the service's modules does not end up in a document. */
function reserveStdout(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}

/** Creates the output of a command. */
export function output({ json = false, document = json }: OutputOptions = {}): Output {
  if (document) reserveStdout()
  // a terminal without a width draws a spinner letter by letter
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
    wait: async (label, run) => {
      if (!terminal || document) return await run()
      const spinning = spinner()
      spinning.start(label)
      try {
        return await run()
      } finally {
        spinning.clear()
      }
    },
  }
}

const widthOf = (text: string): number => stripVTControlCharacters(text).length

/** Formats rows as lines with aligned columns. */
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
