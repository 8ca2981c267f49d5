// `npm run check`: one line per check, with `file:line message` below each check that has findings.
// `npm run check -- rooms types` runs only these two.
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { changelogCheck } from './check/changelog.ts'
import { docblocksCheck } from './check/docblocks.ts'
import { documentedNamesCheck } from './check/documented-names.ts'
import { errorRegistryCheck } from './check/error-registry.ts'
import { formatFinding, type Check, type Finding } from './check/finding.ts'
import { machinePathsCheck } from './check/machine-paths.ts'
import { markdownCheck } from './check/markdown.ts'
import { proseCheck } from './check/prose.ts'
import { roomsCheck } from './check/rooms.ts'
import { spellingCheck } from './check/spelling.ts'
import { toolChecks } from './check/tools.ts'
import { typeCostCheck } from './check/type-cost.ts'
import { typeMessagesCheck } from './check/type-messages.ts'
import { userDeclarationsCheck } from './check/user-declarations.ts'

const checks: readonly Check[] = [
  ...toolChecks,
  typeCostCheck,
  // not beside the check of the declarations: it needs them
  userDeclarationsCheck,
  roomsCheck,
  docblocksCheck,
  proseCheck,
  spellingCheck,
  documentedNamesCheck,
  typeMessagesCheck,
  markdownCheck,
  errorRegistryCheck,
  changelogCheck,
  machinePathsCheck,
]

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name))
if (unknown.length > 0) {
  console.error(`Unknown check '${unknown.join("', '")}'.`)
  process.exit(2)
}
const chosen = checks.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const results = chosen.map(() => Promise.withResolvers<readonly Finding[]>())
const queue = chosen.entries()
// most checks wait for a tool with one thread: there is a lane for each processor
for (let lanes = availableParallelism(); lanes > 0; lanes -= 1) void runLane()
let failed = 0
for (const [index, check] of chosen.entries()) {
  const findings = await results[index]!.promise
  if (findings.length > 0) failed += 1
  report(check, findings)
}
console.log(`${chosen.length - failed} checks passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

/** Takes check after check from the queue that all lanes share. */
async function runLane(): Promise<void> {
  for (const [index, check] of queue) results[index]!.resolve(await findingsOf(check))
}

/** Runs a check. An exception is a finding too: the check could not look. */
async function findingsOf(check: Check): Promise<readonly Finding[]> {
  try {
    return await check.run(root)
  } catch (error) {
    return [{ message: `the check itself failed: ${String(error)}` }]
  }
}

function report({ name, proves }: Check, findings: readonly Finding[]): void {
  const mark = findings.length > 0 ? styleText('red', 'x') : styleText('green', 'ok')
  console.log(`${mark.padEnd(3)} ${name}: ${proves}`)
  for (const finding of findings)
    console.log(`      ${formatFinding(finding).replaceAll('\n', '\n      ')}`)
}
