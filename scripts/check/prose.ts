import { globSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { readCodePassages } from './code-passages.ts'
import type { Check, Finding } from './finding.ts'
import { parseFiles } from './parse-files.ts'
import { readPagePassages, type Passage } from './passages.ts'
import { properNouns, proseRules } from './prose-rules.ts'

/** The files whose prose is checked; the spelling check reads the same ones. */
export const proseFiles = {
  code: [
    'packages/*/{src,test}/**/*.ts',
    'packages/create-plinth/template*/**/*.{ts,tsx}',
    'apps/*/{app,src,test}/**/*.{ts,tsx}',
    'scripts/**/*.{ts,mjs}',
    'bench/src/**/*.{ts,mjs}',
    'vitest.config.ts',
  ],
  pages: [
    '{README,CHANGELOG,CONTRIBUTING,RELEASING}.md',
    '.github/*.md',
    'docs/**/*.md',
    'bench/README.md',
    '{packages,apps}/*/*.md',
    'packages/create-plinth/template*/*.md',
  ],
  /** Dependencies, build output and generated types. */
  excluded: ['**/node_modules/**', '**/.*/**', '**/next-env.d.ts', '**/template-web/src/api.d.ts'],
} as const

/** Comments, messages, test names and pages are plain English: none of the patterns of `prose-rules.ts`. */
export const proseCheck: Check = {
  name: 'prose',
  proves: 'docblocks, comments, messages, test names and pages are in plain English',
  run: async (root) => {
    const code = filesOf(root, proseFiles.code)
    const pages = filesOf(root, proseFiles.pages)
    return [
      ...(await parseFiles(root, code, (source, file) =>
        checkPassages(file, source.text, readCodePassages(source)),
      )),
      ...pages.map((file) => checkPage(file, readFileSync(join(root, file), 'utf8'))),
    ].flat()
  },
}

/** Finds the problems of a Markdown page. */
export const checkPage = (file: string, text: string): Finding[] =>
  checkPassages(file, text, readPagePassages(text))

function filesOf(root: string, patterns: readonly string[]): string[] {
  const found = globSync([...patterns], { cwd: root, exclude: [...proseFiles.excluded] })
  return found.filter((file) => extname(file) !== '').toSorted()
}

/**
 * Finds the problems of a file.
 *
 * A line that says `prose-ok: <reason>`, or that follows one, is left out. `prose-ok(<rule>): <reason>` on the
 * first line of a file switches off one rule for the file, and `prose-ok(all)` every one.
 */
function checkPassages(file: string, text: string, passages: readonly Passage[]): Finding[] {
  const lines = text.split('\n')
  const off = /prose-ok\((?<rule>[\w-]+)\): \S/.exec(lines[0] ?? '')?.groups?.['rule']
  if (off === 'all') return []
  const isAllowed = (line: number): boolean =>
    [lines[line - 1], lines[line - 2]].some((one) => /prose-ok: \S/.test(one ?? ''))
  return passages
    .flatMap((passage) => [...checkWords(passage, file), ...checkShape(passage)])
    .filter(({ rule, line }) => rule !== off && !isAllowed(line))
    .map(({ line, message }) => ({ file, line, message }))
}

interface Problem {
  readonly rule: string
  readonly line: number
  readonly message: string
}

function checkWords({ kind, line, text }: Passage, file: string): Problem[] {
  const flat = text
    .replaceAll(/`[^`\n]*`/g, (code) => `\`${'x'.repeat(code.length - 2)}\``)
    .replaceAll(/\s/g, ' ')
  return proseRules
    .filter(({ kinds, files }) => kinds.includes(kind) && (files?.test(file) ?? true))
    .flatMap(({ id, pattern, instead }) =>
      [...flat.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map(({ 0: words, index }) => ({
        rule: id,
        line: line + text.slice(0, index).split('\n').length - 1,
        message: `"${words.trim()}" in a ${kind}: write ${instead}`,
      })),
    )
}

/** A docblock's first line is a sentence, and a heading is in sentence case. */
function checkShape({ kind, line, text }: Passage): Problem[] {
  if (kind === 'docblock' && !/[.:?!][)"”’*_`]*$/.test(text.split('\n', 1)[0]!.trimEnd())) {
    const message = "a docblock's first line is not a complete sentence: end it with a period"
    return [{ rule: 'first-line', line, message }]
  }
  const words = text.replaceAll(/`[^`]*`|\[|\]\([^)]*\)/g, '').split(/\s+/)
  const wrong = words.find(
    (word, at) =>
      at > 0 &&
      /^[A-Z][a-z]+$/.test(word) &&
      !/[.:?!]$/.test(words[at - 1]!) &&
      !properNouns.has(word),
  )
  if (kind !== 'heading' || wrong === undefined) return []
  const message = `the heading is not in sentence case: write "${wrong.toLowerCase()}"`
  return [{ rule: 'sentence-case', line, message }]
}
