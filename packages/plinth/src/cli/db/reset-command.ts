import { confirm, isCancel } from '@clack/prompts'
import { Command } from 'commander'
import { type Database, sharedOf } from '../../database/database.ts'
import { instanceDatabase } from '../../database/kysely/better-auth-instance.ts'
import { backupsOf, replaceDirectory, restoreBackup } from '../../migrations/backup.ts'
import { dropSchemas } from '../../migrations/drop-schemas.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { action, withJson } from '../action.ts'
import type { Output } from '../output.ts'
import { connect } from '../open-database.ts'
import { enterProject, loadDatabase, loadModels, type Project } from '../project.ts'
import { describeOthers, loadAuth, migrateService } from '../service-migrations.ts'
import { directoryOf, isEmbedded, requireLocal } from './local-database.ts'
import { hasSeed, seed } from './seed-command.ts'

interface ResetOptions {
  readonly yes?: boolean
  readonly force?: boolean
  readonly seed: boolean
  readonly restore?: string | true
}

const refused = (message: string): PlinthError => new PlinthError('PLINTH_COMMAND_REFUSED', message)

/** `plinth db reset`: empties a development database and applies all migrations, or restores a backup. */
export const resetCommand = (): Command =>
  withJson(new Command('reset'))
    .description('Empties a development database and applies all migrations.')
    .option('--yes', 'do not ask for confirmation')
    .option('--no-seed', 'do not run the seed')
    .option('--restore [name]', 'restore a backup from before a migration: this one, or the newest')
    .option('--force', 'allow production and other machines')
    .action(
      action<ResetOptions>(async ({ out, options }) => {
        const project = enterProject()
        const db = await loadDatabase(project)
        try {
          requireLocal(db, 'deletes every row', options.force)
          // Before the question. An embedded database is replaced while it is closed.
          if (!isEmbedded(db)) await connect(db, out)
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

interface ResetContext {
  readonly out: Output
  readonly options: ResetOptions
}

async function requireConfirmation(
  { out, options }: ResetContext,
  question: string,
): Promise<void> {
  if (options.yes) return
  if (!out.interactive) throw refused(`${question} Cannot ask without a terminal: use --yes`)
  const confirmed = await confirm({ message: question, initialValue: false })
  if (isCancel(confirmed) || !confirmed) throw refused('Canceled. Nothing was changed.')
}

async function restore(db: Database, context: ResetContext): Promise<object> {
  const directory = directoryOf(db)
  if (typeof directory !== 'string')
    throw refused(
      `${db.location} has no backups. Plinth backs up an embedded database in a directory before each migration. Restore a server from its own backups`,
    )
  const [newest] = backupsOf(directory)
  const name = context.options.restore === true ? newest?.name : context.options.restore
  if (name === undefined)
    throw refused(`There is no backup of ${directory} yet: one is made before each migration`)
  await requireConfirmation(
    context,
    `Replace ${directory} with ${name}? Everything written since then is lost.`,
  )
  await restoreBackup(directory, name)
  context.out.line(`restored ${directory} from ${name}`)
  return { restored: name }
}

async function reset(project: Project, db: Database, context: ResetContext): Promise<object> {
  const { out, options } = context
  await requireConfirmation(context, `Delete everything in ${db.location}?`)
  await empty(project, db)
  const migrated = await migrateService(project, db)
  const { applied } = migrated
  out.line(`emptied ${db.location} and applied ${applied.length} migrations`)
  for (const tables of describeOthers(migrated)) out.line(`applied ${tables}`)
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
    throw refused('An in-memory database is empty at every start: there is nothing to reset')
  // While plinth dev shares it, the tables are dropped as on a server.
  const isShared = sharedOf(db, 'plinth db reset').driver.server !== undefined
  if (directory !== undefined && !isShared) return await replaceDirectory(directory)
  const auth = await loadAuth(project, db)
  const { schema } = (auth && instanceDatabase(auth)) ?? {}
  await dropSchemas(db, await loadModels(project), schema === undefined ? [] : [schema])
}
