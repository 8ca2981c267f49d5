import type { Cardinality, Graph, GraphEdge, GraphNode, GraphRow } from './graph.types.ts'

/** A text inside double quotes. Mermaid has no escape but its own entities, and reads `#` and `;` as theirs. */
const quoted = (text: string): string =>
  `"${text
    .replaceAll(/[^\S ]|\p{Cc}/gu, ' ')
    .replaceAll(/["#;\\%<>`]/g, (character) => `#${character.codePointAt(0)};`)
    // A line with these words sets the direction of the diagram, even in quotes.
    .replaceAll(/(direction) (?=(?:tb|bt|lr|rl))/gi, '$1#32;')}"`

/** A word of an entity's attributes: letters, digits, `_`, brackets and parentheses. */
function word(text: string): string {
  const plain = text.replaceAll(/[^A-Za-z0-9_()[\]\u00C0-\uFFFF]|\s/g, '_')
  const isKeyword = /^[pfu]k$/i.test(plain)
  return !isKeyword && /^[A-Za-z_\u00C0-\uFFFF]/.test(plain) ? plain : `_${plain}`
}

const near: Readonly<Record<Cardinality, string>> = {
  one: '||',
  'zero or one': '|o',
  many: '}o',
}
const far: Readonly<Record<Cardinality, string>> = {
  one: '||',
  'zero or one': 'o|',
  many: 'o{',
}

const keys = new Set(['PK', 'FK', 'UK'])

function attribute({ name, type, marks }: GraphRow): string {
  const isOptional = type.endsWith('?')
  const own = marks.filter((mark) => keys.has(mark))
  const others = marks.filter((mark) => !keys.has(mark))
  const plainName = word(name)
  const words = [...others, ...(isOptional ? ['null'] : []), ...(plainName === name ? [] : [name])]
  return [
    word(isOptional ? type.slice(0, -1) : type),
    plainName,
    ...(own.length === 0 ? [] : [own.join(', ')]),
    ...(words.length === 0 ? [] : [quoted(words.join(', '))]),
  ].join(' ')
}

/** An entity-relationship diagram. Entities have short ids, since a table may have any name. */
function erDiagram({ title, nodes, edges }: Graph): string[] {
  const ids = new Map(nodes.map(({ id }, at) => [id, `t${at}`]))
  const entity = ({ id, title: name, rows }: GraphNode): string[] => [
    `  ${ids.get(id)}[${quoted(name)}] {`,
    ...rows.map((row) => `    ${attribute(row)}`),
    '  }',
  ]
  const relation = ({ from, to, fromRow = '', ends, isLoose }: GraphEdge): string => {
    const { from: many, to: one } = ends ?? { from: 'many', to: 'one' }
    return `  ${ids.get(from)} ${near[many]}${isLoose ? '..' : '--'}${far[one]} ${ids.get(to)} : ${quoted(fromRow)}`
  }
  return [...titled(title), 'erDiagram', ...nodes.flatMap(entity), ...edges.map(relation)]
}

const shapes: Readonly<Record<GraphNode['kind'], readonly [open: string, close: string]>> = {
  table: ['[', ']'],
  'auth table': ['[', ']'],
  route: ['[', ']'],
  dependency: ['(', ')'],
  guard: ['{{', '}}'],
  database: ['[(', ')]'],
  input: ['[/', '/]'],
  credential: ['([', '])'],
}

/** A flowchart from what is needed to what needs it. */
function flowchart({ title, nodes, edges }: Graph): string[] {
  const ids = new Map(nodes.map(({ id }, at) => [id, `n${at}`]))
  const box = ({ id, kind, title: name, note, rows }: GraphNode): string => {
    const [open, close] = shapes[kind]
    const lines = [
      `${name}${note === '' ? '' : ` (${note})`}`,
      ...rows.map(({ name: text, type }) => `${type} ${text}`.trim()),
    ]
    // The only markup is the line break, which is added after the texts were escaped.
    return `  ${ids.get(id)}${open}"${lines.map((line) => quoted(line).slice(1, -1)).join('<br/>')}"${close}`
  }
  return [
    ...titled(title),
    'flowchart LR',
    ...nodes.map(box),
    ...edges.map(({ from, to }) => `  ${ids.get(to)} --> ${ids.get(from)}`),
  ]
}

/** The title in Mermaid's front matter, as a string of JSON, which YAML reads, too. */
const titled = (title: string): string[] => ['---', `title: ${JSON.stringify(title)}`, '---']

/**
 * Writes a graph as Mermaid text, which GitHub, GitLab and many editors draw.
 *
 * @see https://mermaid.js.org/syntax/entityRelationshipDiagram.html
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export const graphMermaid = (graph: Graph): string =>
  `${(graph.kind === 'models' ? erDiagram(graph) : flowchart(graph)).join('\n')}\n`
