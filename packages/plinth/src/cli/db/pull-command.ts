import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import type { Database } from '../../database/database.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { modelsDifference } from '../../migrations/pull/models-difference.ts'
import { type Catalog, readCatalog } from '../../migrations/pull/catalog.ts'
import { type PulledModels, pullModels } from '../../migrations/pull/pull-models.ts'
import { action, withJson } from '../action.ts'
import { loadError } from '../load-error.ts'
import type { Output } from '../output.ts'
import { openDatabase } from '../open-database.ts'
import { enterProject, type Project } from '../project.ts'
import { collect } from './allow-option.ts'

interface PullOptions {
  readonly schema?: readonly string[]
  readonly out?: string
  readonly force?: boolean
}

const refused = (message: string): PlinthError => new PlinthError('PLINTH_COMMAND_REFUSED', message)

/** `plinth db pull`: writes models from the tables of a database. */
export const pullCommand = (): Command =>
  withJson(new Command('pull'))
    .description('Writes models from the tables of an existing database.')
    .option(
      '--schema <name>',
      'a Postgres schema to read; may be given several times (default: public)',
      collect,
    )
    .option('--out <file>', 'the file to write (default: the models module, src/models.ts)')
    .option('--force', 'replace the file if it exists')
    .addHelpText(
      'after',
      `
Reads the database of src/database.ts, and changes nothing in it. The tables of other tools' migrations (Alembic,
Prisma, Rails, Django, …) and of extensions get no model. Everything that a model cannot say is printed as a note.

Examples:
  plinth db pull                                   writes src/models.ts
  plinth db pull --schema public --schema billing  reads two schemas
  plinth db pull --out src/pulled.ts --force       writes another file, again
  plinth db baseline                               the next step: records that the tables are there already`,
    )
    .action(
      action<PullOptions>(async ({ out, options }) => {
        const project = enterProject()
        const file = resolve(options.out ?? project.paths.models)
        const name = relative(project.root, file)
        if (existsSync(file) && !options.force)
          throw refused(
            `${name} exists. Write another file with --out src/pulled.ts, or replace it with --force`,
          )
        const db = await openDatabase(project, out)
        try {
          const schemas = options.schema ?? ['public']
          const catalog = await readCatalog(db, schemas)
          const pulled = pullModels(catalog)
          if (pulled.models.length === 0) throw refused(noTables(db, schemas, catalog))
          mkdirSync(dirname(file), { recursive: true })
          writeFileSync(file, pulled.source)
          const difference = await modelsDifference(db, await loadPulled(project, file))
          const { models, ignored, notes } = pulled
          out.result({ file: name, models, ignored, notes, difference: difference ?? null })
          report(out, name, pulled)
          reportDifference(out, difference)
        } finally {
          await db.close()
        }
      }),
    )

const noTables = (db: Database, schemas: readonly string[], { others }: Catalog): string => {
  const found = others.map(({ schema, tables }) => `${schema} (${tables})`).join(', ')
  return `There are no tables to write models for in ${db.location}, in the schema ${schemas.join(', ')}. ${
    found === ''
      ? 'No other schema has any. Declare models instead, and run plinth db generate'
      : `Tables are in: ${found}. Name a schema with --schema`
  }`
}

async function loadPulled(project: Project, file: string): Promise<Record<string, unknown>> {
  try {
    // a module of its own: src/database.ts may have loaded the file as it was before
    return (await import(`${pathToFileURL(file).href}?pulled`)) as Record<string, unknown>
  } catch (error) {
    throw loadError(error, { root: project.root, file })
  }
}

function report(out: Output, file: string, { models, ignored, notes }: PulledModels): void {
  out.table(
    ['MODEL', 'TABLE'],
    models.map(({ model, table }) => [model, table]),
  )
  out.line()
  for (const { table, of } of ignored) out.line(`ignored ${table}, which belongs to ${of}`)
  for (const note of notes) out.line(`${out.style('yellow', 'note:')} ${note}`)
  out.line(`wrote ${file}: ${models.length} ${models.length === 1 ? 'model' : 'models'}`)
}

function reportDifference(out: Output, difference: readonly string[] | undefined): void {
  if (difference === undefined)
    return out.line('Install drizzle-kit to compare the models with the database: plinth db check')
  if (difference.length === 0)
    return out.line('The models match the database. Next: plinth db baseline')
  out.line(
    'The models differ from the database. These statements would make the tables match the models:',
  )
  for (const statement of difference) out.line(`  ${statement.replaceAll(/\s+/g, ' ').trim()}`)
}
