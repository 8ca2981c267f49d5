import { Command } from 'commander'
import { betterAuthTables } from '../../devtools/diagrams/better-auth-tables.ts'
import { modelsGraph } from '../../devtools/diagrams/models-graph.ts'
import { distinctModels } from '../../migrations/generate/distinct-models.ts'
import { action } from '../action.ts'
import {
  type DiagramOptions,
  diagramTarget,
  withDiagramOptions,
  writeDiagram,
} from '../commands/diagram-options.ts'
import { enterProject, hasPart, loadDatabase } from '../project.ts'
import { loadAuth } from '../service-migrations.ts'
import { completeModels } from './complete-models.ts'

/** `plinth db diagram`: the entity-relationship diagram of the models. */
export const diagramCommand = (): Command =>
  withDiagramOptions(new Command('diagram'))
    .description('Draws the entity-relationship diagram of the models.')
    .addHelpText(
      'after',
      `
It shows the tables, their columns, keys and owners, and the foreign keys with their cardinalities. A Better Auth
instance that src/auth.ts exports adds its tables. It reads the models, and opens no database.

Examples:
  plinth db diagram                       prints Mermaid text, which GitHub draws in a mermaid code block
  plinth db diagram --out docs/models.svg writes a picture, in light and dark`,
    )
    .action(
      action<DiagramOptions>(
        async ({ out, options }) => {
          const target = diagramTarget(options)
          const project = enterProject()
          const models = await distinctModels(await completeModels(project), project.paths.models)
          const db = hasPart(project, 'database') ? await loadDatabase(project) : undefined
          const auth = db && (await loadAuth(project, db))
          const graph = modelsGraph(models, auth && (await betterAuthTables(auth)))
          await writeDiagram(out, graph, target)
        },
        { document: true },
      ),
    )
