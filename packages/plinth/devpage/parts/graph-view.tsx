import { linePath, signPaths } from '../../src/devtools/diagrams/edge-path.ts'
import type { PlacedGraph, PlacedNode } from '../../src/devtools/diagrams/graph.types.ts'
import { marksOf, marksWidth, sizes } from '../../src/devtools/diagrams/node-sizes.ts'
import { shortened } from '../../src/devtools/diagrams/text-width.ts'
import { CodeBlock } from './code-block.tsx'
import { useCamera } from './use-camera.ts'

/** A diagram that is moved and zoomed by pointer and keyboard, and its text for those who cannot see it. */
export function GraphView(props: {
  readonly graph: PlacedGraph
  readonly mermaid: string
  /** The address that a node leads to. */
  readonly linkOf?: (node: PlacedNode) => string | undefined
}) {
  const { graph, mermaid } = props
  const { svg, onKeyDown, zoomBy, fit } = useCamera(graph)
  return (
    <div class="graph">
      <GraphTools zoomBy={zoomBy} fit={fit} />
      <div
        class="graph-frame"
        tabIndex={0}
        role="group"
        aria-label={`${graph.title}: a diagram. Arrow keys move it, plus and minus zoom, 0 shows all of it. Its text is below.`}
        onKeyDown={onKeyDown}
      >
        <svg class="graph-svg" {...svg}>
          {graph.edges.map((edge, at) => (
            <g key={at}>
              <title>{edge.label}</title>
              <path class={edge.isLoose === true ? 'edge edge-loose' : 'edge'} d={linePath(edge)} />
              <path class="edge" d={signPaths(edge)} />
            </g>
          ))}
          {graph.nodes.map((node) => (
            <Node key={node.id} node={node} link={props.linkOf?.(node)} />
          ))}
        </svg>
      </div>
      <details class="graph-text">
        <summary>As text</summary>
        <p>{graph.description}</p>
        <CodeBlock label="Mermaid text" text={mermaid} />
      </details>
    </div>
  )
}

const GraphTools = (props: {
  readonly zoomBy: (factor: number) => void
  readonly fit: () => void
}) => (
  <div class="graph-tools">
    <button type="button" class="button button-small" onClick={() => props.zoomBy(0.8)}>
      <span aria-hidden="true">−</span>
      <span class="visually-hidden">Zoom out</span>
    </button>
    <button type="button" class="button button-small" onClick={() => props.zoomBy(1.25)}>
      <span aria-hidden="true">+</span>
      <span class="visually-hidden">Zoom in</span>
    </button>
    <button type="button" class="button button-small" onClick={props.fit}>
      Fit
    </button>
  </div>
)

function Node({ node, link }: { readonly node: PlacedNode; readonly link: string | undefined }) {
  const { x, y, width, height, kind, note, rows } = node
  const [left, right] = [x + sizes.side, x + width - sizes.side]
  const names = left + marksWidth(node)
  const baseline = y + sizes.title / 2 + 4
  const title = (
    <text class="node-title" x={left} y={baseline}>
      {shortened(node.title, sizes.longest)}
    </text>
  )
  return (
    <g class={`node node-${kind.replace(' ', '-')}`}>
      <title>{node.title}</title>
      <rect class="node-box" x={x} y={y} width={width} height={height} rx={8} />
      {rows.length > 0 && <path class="node-rule" d={`M ${x} ${y + sizes.title} h ${width}`} />}
      {link === undefined ? title : <a href={link}>{title}</a>}
      <text class="node-note" x={right} y={baseline} text-anchor="end">
        {shortened(note, sizes.longest)}
      </text>
      {rows.map((row, at) => {
        const middle = y + sizes.title + (at + 0.5) * sizes.row + 4
        return (
          <g key={at}>
            <text class="node-mark" x={left} y={middle}>
              {marksOf(row.marks)}
            </text>
            <text class="node-name" x={names} y={middle}>
              {shortened(row.name, sizes.longest)}
            </text>
            <text class="node-note" x={right} y={middle} text-anchor="end">
              {shortened(row.type, sizes.longest)}
            </text>
          </g>
        )
      })}
    </g>
  )
}
