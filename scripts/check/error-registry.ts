import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { lineAt, type Check, type Finding } from './finding.ts'

const registry = 'packages/plinth/src/errors/error-codes.ts'
const document = 'docs/errors.md'

/** Prefixes of environment variables; every other name of this form must be an error code. */
const notCodes = /^PLINTH_(TEST_\w+|BENCH_\w+|CACHE_DIR|FAST_PATH|DEV_SHARING_SECRET)$/

/** The registry of error codes, docs/errors.md and the source name the same codes, with the same status. */
export const errorRegistryCheck: Check = {
  name: 'errors',
  proves: 'error-codes.ts, docs/errors.md and the source name the same codes',
  run: async (root) => {
    const module: { errorCodes: Record<string, { status: number }> } = await import(
      pathToFileURL(join(root, registry)).href
    )
    return [...checkDocument(root, module.errorCodes), ...checkSource(root, module.errorCodes)]
  },
}

type Codes = Readonly<Record<string, { status: number }>>

/** A heading is the code alone, so that its anchor is the code in lower case, which `type` URIs lead to. */
function checkDocument(root: string, errorCodes: Codes): Finding[] {
  const text = readFileSync(join(root, document), 'utf8')
  const sections = [...text.matchAll(/^### (PLINTH_\w+)\n([\s\S]*?)(?=^#|(?![\s\S]))/gm)]
  const found = sections.flatMap(([, code = '', body = ''], index) => {
    const at = { file: document, line: lineAt(text, sections[index]?.index ?? 0) }
    const entry = errorCodes[code]
    if (!entry) return [{ ...at, message: `${code} is not in ${registry}` }]
    const wanted = entry.status === 0 ? undefined : String(entry.status)
    const status = /^Status: (\d+)$/m.exec(body)?.[1]
    return [
      ...(status === wanted
        ? []
        : [
            {
              ...at,
              message: `${code} has ${wanted ?? 'no status'}, not ${status ?? 'no status'}`,
            },
          ]),
      ...(/^When: \S/m.test(body) ? [] : [{ ...at, message: `${code} does not say 'When: …'` }]),
      ...(/^Do: \S/m.test(body) ? [] : [{ ...at, message: `${code} does not say 'Do: …'` }]),
    ]
  })
  const documented = new Set(sections.map(([, code]) => code))
  const missing = Object.keys(errorCodes).filter((code) => !documented.has(code))
  return [
    ...found,
    ...missing.map((code) => ({ file: document, message: `${code} is missing here` })),
  ]
}

function checkSource(root: string, errorCodes: Codes): Finding[] {
  const used = new Set<string>()
  const found: Finding[] = []
  for (const file of globSync('packages/plinth/src/**/*.ts', { cwd: root })) {
    if (file === registry || /\.test(-d)?\.ts$/.test(file)) continue
    const text = readFileSync(join(root, file), 'utf8')
    for (const { 0: code, index } of text.matchAll(/\bPLINTH_[A-Z0-9_]+\b/g)) {
      used.add(code)
      if (code in errorCodes || notCodes.test(code)) continue
      found.push({ file, line: lineAt(text, index), message: `${code} is not in ${registry}` })
    }
  }
  const unused = Object.keys(errorCodes).filter((code) => !used.has(code))
  return [...found, ...unused.map((code) => ({ file: registry, message: `${code} is unused` }))]
}
