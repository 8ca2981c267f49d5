import { writeFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { Graph } from '../../devtools/diagrams/graph.types.ts'
import { graphMermaid } from '../../devtools/diagrams/graph-mermaid.ts'
import type { Output } from '../output.ts'

/** The options of a command that draws a graph. */
export interface DiagramOptions {
  readonly format?: DiagramFormat
  readonly out?: string
}

type DiagramFormat = 'svg' | 'mermaid'

const formatsByEnding: Readonly<Record<string, DiagramFormat>> = {
  '.svg': 'svg',
  '.mmd': 'mermaid',
  '.mermaid': 'mermaid',
}

/** Adds the options of a command that draws a graph. */
export const withDiagramOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--format <format>', "default: by the file's ending, or else mermaid").choices([
        'svg',
        'mermaid',
      ]),
    )
    .option('--out <file>', 'write it to this file, such as diagram.svg or diagram.mmd')

/**
 * The format and the absolute path that the options ask for.
 *
 * Call it before the working directory changes, because the path is relative to it.
 *
 * @throws {PlinthError} `PLINTH_COMMAND_REFUSED`: the file's ending says no format, or another one than `--format`
 */
export function diagramTarget({ format, out }: DiagramOptions): {
  readonly format: DiagramFormat
  readonly path: string | undefined
} {
  if (out === undefined) return { format: format ?? 'mermaid', path: undefined }
  const byEnding = formatsByEnding[extname(out).toLowerCase()]
  if (format === undefined && byEnding === undefined)
    throw refused(
      `${out} does not say its format: give the file the ending .svg or .mmd, or add --format svg or --format mermaid`,
    )
  if (format !== undefined && byEnding !== undefined && format !== byEnding)
    throw refused(`--format ${format} contradicts the ending of ${out}: leave out one of them`)
  return { format: format ?? byEnding ?? 'mermaid', path: resolve(out) }
}

const refused = (message: string): PlinthError => new PlinthError('PLINTH_COMMAND_REFUSED', message)

/** Prints a graph, or writes it to the file. The layout is loaded only for an SVG. */
export async function writeDiagram(
  out: Output,
  graph: Graph,
  { format, path }: ReturnType<typeof diagramTarget>,
): Promise<void> {
  const text = format === 'mermaid' ? graphMermaid(graph) : await drawn(graph)
  if (path === undefined) return out.document(text)
  writeFileSync(path, text)
  out.note(`wrote ${path}`)
}

async function drawn(graph: Graph): Promise<string> {
  const { layOut } = await import('../../devtools/diagrams/lay-out.ts')
  const { graphSvg } = await import('../../devtools/diagrams/graph-svg.ts')
  return graphSvg(await layOut(graph))
}
