// Runs next to the process that serves: `plinth dev` compares models and migrations here, which takes a second.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findDrift } from '../../migrations/generate/find-drift.ts'
import { completeModels } from '../db/complete-models.ts'
import { enterProject, type Project } from '../project.ts'
import type { DriftMessage } from './dev-messages.ts'

/** True if there is a snapshot to compare with. Hand-written migrations without one describe no state. */
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
  const drift = isComparable(project)
    ? await findDrift({ models: await completeModels(project), folder: project.paths.migrations })
    : []
  const statements = drift.find(({ between }) => between === 'models and migrations')?.statements
  if (statements !== undefined) process.send?.({ statements } satisfies DriftMessage)
} catch {
  // The service itself reports broken models, and without drizzle-kit there is nothing to compare.
}
process.disconnect?.()
