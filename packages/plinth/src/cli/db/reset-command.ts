import { confirm, isCancel } from '@clack/prompts'
import { Command } from 'commander'
import type { Database } from '../../database/database.ts'
import { migrate } from '../../migrations/migrate.ts'
import { backupsOf, replaceDirectory, restoreBackup } from '../../migrations/backup.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { action, withJson } from '../action.ts'
import { directUrl } from '../direct-url.ts'
import type { Output } from '../output.ts'
import { enterProject, loadDatabase, type Project } from '../project.ts'
import { drizzleKit } from '../../migrations/generate/drizzle-kit.ts'
import { hasMigrations } from './generate-command.ts'
import { directoryOf, refuseElsewhere } from './local-database.ts'
import { migratedModels } from './migrated-models.ts'
import { hasSeed, seed } from './seed-command.ts'
import { quoteIdentifier } from '../../sql/quote-identifier.ts'

interface ResetOptions {
  readonly yes?: boolean
  readonly force?: boolean
  readonly seed: boolean
  readonly restore?: string | true
}

const refused = (message: string): PlinthError => new PlinthError('PLINTH_COMMAND_REFUSED', message)

/** `plinth db reset`: an empty development database, with all migrations; or one as it was before a migration. */
export const resetCommand = (): Command =>
  withJson(new Command('reset'))
    .description('Removes everything from a development database, and applies all migrations.')
    .option('--yes', 'do not ask')
    .option('--no-seed', 'leave it empty, though there is a seed')
    .option(
      '--restore [name]',
      'put back the copy from before a migration: the newest, or this one',
    )
    .option('--force', 'also in production, and on other machines')
    .action(
      action<ResetOptions>(async ({ out, options }) => {
        const project = enterProject()
        const db = await loadDatabase(project)
        try {
          refuseElsewhere(db, 'removes every row', options.force)
          const result =
            options.restore === undefined
              ? await reset(project, db, { out, options })
              : await restore(db, { out, options })
          out.result(result)
        } finally {
          await db.close()
        }
      }),
    )

interface ResetRun {
  readonly out: Output
  readonly options: ResetOptions
}

async function sure({ out, options }: ResetRun, question: string): Promise<void> {
  if (options.yes) return
  if (!out.interactive) throw refused(`${question} There is nobody to ask: say --yes`)
  const answer = await confirm({ message: question, initialValue: false })
  if (isCancel(answer) || !answer) throw refused('Nothing was changed')
}

async function restore(db: Database, run: ResetRun): Promise<object> {
  const directory = directoryOf(db)
  if (typeof directory !== 'string')
    throw refused(
      `${db.location} has no copies: they are made of an embedded database in a directory, before each migration. A server is restored from its own backups`,
    )
  const [newest] = backupsOf(directory)
  const name = run.options.restore === true ? newest?.name : run.options.restore
  if (name === undefined)
    throw refused(`There is no copy of ${directory} yet: one is made before each migration`)
  await sure(run, `Put ${name} in the place of ${directory}? What came since is gone.`)
  await restoreBackup(directory, name)
  run.out.line(`${directory} is as it was in ${name}`)
  return { restored: name }
}

async function reset(project: Project, db: Database, run: ResetRun): Promise<object> {
  const { out, options } = run
  await sure(run, `Remove everything from ${db.location}?`)
  await empty(project, db)
  const direct = directUrl(project)
  const applied = hasMigrations(project)
    ? await migrate(db, {
        folder: project.paths.migrations,
        ...(direct !== undefined && { directUrl: direct }),
      })
    : []
  out.line(`${db.location} is empty, with ${applied.length} migrations applied`)
  const seeded = options.seed && hasSeed(project)
  if (seeded) {
    await seed(project, db)
    out.line('seeded')
  }
  return { applied, seeded }
}

async function empty(project: Project, db: Database): Promise<void> {
  const directory = directoryOf(db)
  if (directory === null)
    throw refused('A database in memory is empty at every start: there is nothing to remove')
  if (directory !== undefined) return await replaceDirectory(directory)
  const { ddl } = await (await drizzleKit()).generateDrizzleJson(await migratedModels(project))
  const schemas = ddl.flatMap((entity) => ('schema' in entity ? entity.schema : []))
  const names = [...new Set(['public', 'drizzle', ...schemas])].map(quoteIdentifier)
  await db.execute(
    `${names.map((name) => `drop schema if exists ${name} cascade;`).join(' ')} create schema public`,
  )
}
