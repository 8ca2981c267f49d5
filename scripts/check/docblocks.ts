import type { Check, Finding } from './finding.ts'
import { readBlocks } from './markdown.ts'
import { diagnose } from './project.ts'
import { readPublicNames, type PublicName } from './public-names.ts'

/** Every public name has a docblock; functions and classes also have an example that compiles. */
export const docblocksCheck: Check = {
  name: 'docblocks',
  proves: 'every public name has a docblock, functions an example that compiles',
  run: async (root) => {
    const names = await readPublicNames(root)
    return [...names.flatMap(checkDocblock), ...(await checkExamples(root, names))]
  },
}

function checkDocblock({ name, file, line, isCallable, comment, examples }: PublicName): Finding[] {
  const found = (message: string): Finding[] => [{ file, line, message }]
  if (comment.trim().split(/\s+/).length < 3)
    return found(`${name} has no docblock with a sentence`)
  if (isCallable && examples.length === 0) return found(`${name} has no @example`)
  if (examples.some((example) => readBlocks(example).length === 0)) {
    return found(`an @example of ${name} has no \`\`\`ts block`)
  }
  return []
}

async function checkExamples(root: string, names: readonly PublicName[]): Promise<Finding[]> {
  const owners = new Map<string, PublicName>()
  const files: Record<string, string> = {}
  for (const owner of names) {
    for (const block of owner.examples.flatMap(readBlocks)) {
      const path = `${root}/examples.virtual/${owner.name}-${owners.size}.ts`
      owners.set(path, owner)
      // without an import or export it would be a script, whose names are global
      files[path] = `${block.text}\nexport {}\n`
    }
  }
  return (await diagnose(root, files)).map((diagnosis) => {
    const owner = owners.get(diagnosis.file)
    const place = owner && { file: owner.file, line: owner.line }
    const where = `line ${diagnosis.line} of the example of ${owner?.name}`
    return { ...place, message: `${where} does not compile: ${diagnosis.message}` }
  })
}
