import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Check } from './finding.ts'
import { readPublicNames } from './public-names.ts'

/** Every name that an entry point exports stands in the code of a page of the documentation. */
export const documentedNamesCheck: Check = {
  name: 'documented names',
  proves: 'docs/ or README.md names every export',
  run: async (root) => {
    const named = namesInCode(
      globSync(['README.md', 'docs/*.md'], { cwd: root })
        .map((page) => readFileSync(join(root, page), 'utf8'))
        .join('\n'),
    )
    return (await readPublicNames(root))
      .filter(({ name }) => !named.has(name))
      .map(({ name, file, line }) => ({
        file,
        line,
        message: `no page of docs/ names ${name}: add it to docs/entry-points.md, or do not export it`,
      }))
  },
}

/** The identifiers in code blocks and between backticks. */
export function namesInCode(text: string): Set<string> {
  const code = [...text.matchAll(/^```\w*[^\n]*\n([\s\S]*?)^```|`([^`\n]+)`/gm)]
  return new Set(
    code.flatMap(([, block, inline]) => (block ?? inline ?? '').match(/[\w$]+/g) ?? []),
  )
}
