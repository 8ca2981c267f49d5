/** A step of a tutorial page: a file to write, or commands with what they print. */
export type TutorialStep =
  | { readonly kind: 'file'; readonly name: string; readonly text: string; readonly line: number }
  | {
      readonly kind: 'commands'
      readonly commands: readonly string[]
      /** The text of the block that follows; undefined if the page shows no output. */
      readonly output: string | undefined
      /** The place of the output in the page, to write it again. */
      readonly outputAt: readonly [from: number, to: number] | undefined
      readonly line: number
    }

const block = /^```(\w+)\n([\s\S]*?)^```$/gm

/** The name of a file in the first line of a block: `// src/api.ts`, `# .env` or `<!-- index.html -->`. */
const fileName = /^(?:\/\/|#|<!--) ([\w./-]+\.\w+|\.env)(?: -->)?\n/

/**
 * Reads the steps of a page, in order.
 *
 * - A block whose first line names a file is that file, whole.
 * - A block `json` whose content is a package.json is that file.
 * - A block `sh` holds commands, a line each; a line that ends with `\` goes on in the next one.
 * - A block `text` after it is what the commands print.
 */
export function readSteps(page: string): TutorialStep[] {
  const steps: TutorialStep[] = []
  for (const match of page.matchAll(block)) {
    const [whole, language = '', text = ''] = match
    const line = page.slice(0, match.index).split('\n').length + 1
    const [named, name] = fileName.exec(text) ?? []
    if (language === 'sh')
      steps.push({
        kind: 'commands',
        commands: commandsOf(text),
        output: undefined,
        outputAt: undefined,
        line,
      })
    else if (language === 'text')
      steps.push(
        withOutput(steps.pop(), { text, from: match.index + whole.indexOf('\n') + 1, line }),
      )
    else if (name !== undefined && named !== undefined) {
      // JSON has no comments
      steps.push({
        kind: 'file',
        name,
        text: language === 'json' ? text.slice(named.length) : text,
        line,
      })
    }
  }
  return steps
}

/** The commands of a block `sh`, without comments; a line that ends with `\\` goes on in the next one. */
export const commandsOf = (text: string): string[] =>
  text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+# .*$/, '').trim())
    .filter((line) => line !== '')

function withOutput(
  step: TutorialStep | undefined,
  { text, from, line }: { readonly text: string; readonly from: number; readonly line: number },
): TutorialStep {
  if (step?.kind !== 'commands')
    throw new Error(`line ${line}: an output without commands before it`)
  return { ...step, output: text, outputAt: [from, from + text.length] }
}
