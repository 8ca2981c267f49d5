import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Check, Finding } from './finding.ts'
import { diagnose } from './project.ts'

/** A `ts` code block of a document. */
export interface Block {
  readonly text: string
  /** The number of its first line, counted from 1. */
  readonly line: number
  /** The file name that a first line such as `// models.ts` gives to the block. */
  readonly fileName: string | undefined
}

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'RELEASING.md',
  'packages/*/README.md',
  'packages/create-plinth/template/AGENTS.md',
  'docs/**/*.md',
]
/** The test of the tutorial compiles its blocks: they are files that change from chapter to chapter. */
const exclude = ['docs/tutorial/**']

/**
 * Every `ts` code block of the READMEs and of docs compiles.
 *
 * The blocks of a document are one folder: `./models.ts` is the block that starts with
 * `// models.ts`. All documents are one program, so that the compiler reads the types once.
 */
export const markdownCheck: Check = {
  name: 'documents',
  proves: 'every ts block of README.md and docs/ compiles',
  run: async (root) => {
    const places = new Map<string, { readonly document: string; readonly block: Block }>()
    for (const document of globSync(documents, { cwd: root, exclude }))
      for (const block of readBlocks(readFileSync(join(root, document), 'utf8'))) {
        const name = block.fileName ?? `line-${block.line}.ts`
        places.set(join(root, `${document}.blocks`, name), { document, block })
      }
    const files = [...places].map(([path, { block }]) => [path, `${block.text}\nexport {}\n`])
    return (await diagnose(root, Object.fromEntries(files))).map(
      ({ file, line, message }): Finding => {
        const place = places.get(file)
        return {
          ...(place && { file: place.document, line: place.block.line + line - 1 }),
          message: `does not compile: ${message}`,
        }
      },
    )
  },
}

/** Reads the `ts` code blocks of a text, except those marked `ts fragment`. */
export function readBlocks(text: string): Block[] {
  return [...text.matchAll(/^```ts[ \t]*\n([\s\S]*?)^```/gm)].map((match) => ({
    text: match[1] ?? '',
    line: text.slice(0, match.index).split('\n').length + 1,
    fileName: /^\/\/ ([\w.-]+\.ts)\b/.exec(match[1] ?? '')?.[1],
  }))
}
