import { once } from 'node:events'
import { Command, InvalidArgumentError } from 'commander'
import type { Database } from '../../database/database.ts'
import { sharedOf } from '../../database/database.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { action } from '../action.ts'
import { connect } from '../open-database.ts'
import { enterProject, loadDatabase, loadModels } from '../project.ts'
import { type DrizzleKit, drizzleKit } from '../../migrations/generate/drizzle-kit.ts'
import { requireLocal } from './local-database.ts'

type StudioCredentials = Parameters<DrizzleKit['startStudioServer']>[1]

interface StudioOptions {
  readonly port: number
  readonly force?: boolean
}

function port(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number
  throw new InvalidArgumentError('A port is a whole number from 1 to 65535.')
}

/** `plinth db studio`: Drizzle Studio, which shows and edits rows in a browser. */
export const studioCommand = (): Command =>
  new Command('studio')
    .description('Opens the database in Drizzle Studio, in a browser, until Ctrl-C.')
    .option('-p, --port <number>', 'the port it listens on, on this machine only', port, 4983)
    .option('--force', 'allow production and other machines')
    .addHelpText(
      'after',
      `
Its pages come from https://local.drizzle.studio, so it needs the internet. Rows are sent to your browser only.`,
    )
    .action(
      action<StudioOptions>(async ({ out, options }) => {
        const project = enterProject()
        const kit = await drizzleKit()
        const models = await loadModels(project)
        const db = await loadDatabase(project)
        requireLocal(db, 'lets a browser change every row', options.force)
        await connect(db, out)
        try {
          await kit.startStudioServer(models, await credentialsOf(db), { port: options.port })
          const address = options.port === 4983 ? '' : `/?port=${options.port}`
          out.line(
            `${db.location} is open at https://local.drizzle.studio${address}. Press Ctrl-C to stop.`,
          )
          await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
        } finally {
          await db.close()
        }
      }),
    )

async function credentialsOf(db: Database): Promise<StudioCredentials> {
  const { driver } = sharedOf(db, 'plinth db studio')
  if (driver.server) return { url: driver.server.url }
  if (driver.embedded) {
    // The instance that holds the directory's lock: drizzle-kit accepts a client, but its types omit it.
    return {
      driver: 'pglite',
      client: await driver.embedded.instance(),
    } as unknown as StudioCredentials
  }
  throw new PlinthError('PLINTH_COMMAND_REFUSED', `Drizzle Studio cannot open ${db.location}`)
}
