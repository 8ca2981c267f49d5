import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
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

/** Every `ts` code block of the READMEs and of docs compiles. */
export const markdownCheck: Check = {
  name: 'documents',
  proves: 'every ts block of README.md and docs/ compiles',
  run: (root) =>
    globSync(['README.md', 'CONTRIBUTING.md', 'packages/*/README.md', 'docs/**/*.md'], {
      cwd: root,
    }).flatMap((document) => checkDocument(root, document)),
}

/** Reads the `ts` code blocks of a text, except those marked `ts fragment`. */
export function readBlocks(text: string): Block[] {
  return [...text.matchAll(/^```ts[ \t]*\n([\s\S]*?)^```/gm)].map((match) => ({
    text: match[1] ?? '',
    line: text.slice(0, match.index).split('\n').length + 1,
    fileName: /^\/\/ ([\w.-]+\.ts)\b/.exec(match[1] ?? '')?.[1],
  }))
}

/**
 * Compiles the blocks of a document as one folder:
 *
 * `./models.ts` is the block that starts with `// models.ts`.
 */
function checkDocument(root: string, document: string): Finding[] {
  const blocks = readBlocks(readFileSync(join(root, document), 'utf8'))
  const places = new Map<string, Block>()
  const files: Record<string, string> = {}
  for (const block of blocks) {
    const name = block.fileName ?? `line-${block.line}.ts`
    const path = join(root, dirname(document), 'blocks.virtual', name)
    places.set(path, block)
    files[path] = `${block.text}\nexport {}\n`
  }
  return diagnose(root, files).map(({ file, line, message }) => ({
    file: document,
    line: (places.get(file)?.line ?? 0) + line - 1,
    message: `does not compile: ${message}`,
  }))
}
