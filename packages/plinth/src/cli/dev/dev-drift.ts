// The process in which `plinth dev` compares models and migrations, beside the one that serves: it takes a second.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { driftOf } from '../db/check-command.ts'
import type { DriftMessage } from './dev-messages.ts'
import { enterProject, type Project } from '../project.ts'

/** Migrations that were all written by hand say nothing of a state that the models could differ from. */
function isComparable({ paths: { models, migrations } }: Project): boolean {
  if (!existsSync(models)) return false
  const names = existsSync(migrations) ? readdirSync(migrations) : []
  return (
    !names.some((name) => existsSync(join(migrations, name, 'migration.sql'))) ||
    names.some((name) => existsSync(join(migrations, name, 'snapshot.json')))
  )
}

try {
  const project = enterProject()
  const drift = isComparable(project) ? await driftOf(project, false) : []
  const statements = drift.find(({ between }) => between === 'models and migrations')?.statements
  if (statements !== undefined) process.send?.({ statements } satisfies DriftMessage)
} catch {
  // what is wrong with the models is said by the service, and without drizzle-kit there is nothing to compare by
}
process.disconnect?.()
