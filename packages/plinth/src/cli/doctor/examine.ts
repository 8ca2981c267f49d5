import { existsSync } from 'node:fs'
import { redact } from '../../settings/redact.ts'
import type { Project } from '../project.ts'
import { checkAgents } from './check-agents.ts'
import { checkDatabase } from './check-database.ts'
import { checkKeys, checkOrigin } from './check-frontend.ts'
import { checkPort } from './check-port.ts'
import { gatherFacts, type DoctorFacts, type LoadedApp } from './facts.ts'
import { ok, problem, type Finding } from './finding.ts'

/** Timeout of a check, in milliseconds. The timeouts within each check are much shorter. */
const timeout = 9000

type Check = (facts: DoctorFacts) => Promise<Finding[]>

/** A check that is skipped if the app cannot be loaded. */
const ofApp =
  (check: (facts: DoctorFacts, loaded: LoadedApp) => Promise<Finding[]>): Check =>
  async (facts) =>
    facts.loaded === undefined ? [] : await check(facts, facts.loaded)

const checks: Readonly<Record<string, Check>> = {
  database: checkDatabase,
  'frontend’s keys': ofApp(checkKeys),
  'frontend’s origin': ofApp(checkOrigin),
  port: checkPort,
  'rules for coding assistants': async ({ project }) => checkAgents(project.root),
}

/** Rejects when the work takes longer than the timeout. */
async function withTimeout<T>(name: string, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const message = `Checking the ${name} timed out after ${timeout / 1000} s`
  const timer = setTimeout(() => reject(new Error(message)), timeout)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

async function run(
  name: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await withTimeout(name, check())
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return [problem('check-failed', message, `Check the ${name} yourself`)]
  }
}

/** Runs all checks in parallel. Changes nothing. */
export async function examine(project: Project): Promise<Finding[]> {
  const node = ok('node-version', `Node ${process.versions.node}`)
  const findings: Finding[] = [node]
  if (!existsSync(project.paths.api))
    return [
      node,
      problem(
        'service-load',
        `There is no ${project.paths.api}`,
        'Set its path in package.json: "plinth": { "api": "src/api.ts" }',
      ),
    ]
  const gathered = gatherFacts(project)
  findings.push(...(await run('service’s modules', async () => (await gathered).findings)))
  const results = Object.entries(checks).map(([name, check]) =>
    run(name, async () => check((await gathered).facts)),
  )
  findings.push(...(await Promise.all(results)).flat())
  return findings.map((finding) => ({
    ...finding,
    message: redact(finding.message),
    ...(finding.fix !== undefined && { fix: redact(finding.fix) }),
  }))
}
