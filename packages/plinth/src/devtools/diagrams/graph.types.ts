/** How many rows one end of a relation stands for. */
export type Cardinality = 'one' | 'zero or one' | 'many'

/** A line of a node: a column of a table, a route of a group, or an error of a dependency. */
export interface GraphRow {
  readonly name: string
  /** The text on the right: a column's type, an operation id, or a status. */
  readonly type: string
  /** Short marks in front: `PK`, `FK`, `UK`, `owner`. */
  readonly marks: readonly string[]
}

/** The kinds of nodes, each with a color of its own. */
export type GraphNodeKind =
  | 'table'
  | 'auth table'
  | 'route'
  | 'dependency'
  | 'guard'
  | 'database'
  | 'input'
  | 'credential'

/** A box of a graph. */
export interface GraphNode {
  readonly id: string
  readonly kind: GraphNodeKind
  readonly title: string
  /** A short text beside the title: the model's name, or the scope of a dependency. */
  readonly note: string
  readonly rows: readonly GraphRow[]
}

/** A line between two nodes, from what refers or needs to what is referred to or needed. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
  /** The rows that the line ends at; without one, it ends at the node. */
  readonly fromRow?: string
  readonly toRow?: string
  /** The meaning in words, for screen readers and tooltips. */
  readonly label: string
  /** The cardinality at both ends; without it, the line is an arrow from `to` to `from`. */
  readonly ends?: { readonly from: Cardinality; readonly to: Cardinality }
  /** True for a reference that no foreign key enforces. */
  readonly isLoose?: boolean
}

/** A graph of the models, or of routes and their dependencies. */
export interface Graph {
  readonly kind: 'models' | 'routes'
  readonly title: string
  /** The content in a sentence, for screen readers. */
  readonly description: string
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** A point of a drawing, in pixels. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A node with its place: `x` and `y` are its left upper corner. */
export interface PlacedNode extends GraphNode, Point {
  readonly width: number
  readonly height: number
}

/** An edge with its line. The first point is at `from`. */
export interface PlacedEdge extends GraphEdge {
  readonly points: readonly Point[]
}

/** A graph with the places of its parts. */
export interface PlacedGraph extends Omit<Graph, 'nodes' | 'edges'> {
  readonly width: number
  readonly height: number
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
}
