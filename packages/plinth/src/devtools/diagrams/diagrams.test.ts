import { integer, pgSchema, pgTable, text, unique } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import * as reference from '../../../../../apps/api/src/models.ts'
import { app } from '../../app/app.ts'
import { dependency } from '../../dependencies/dependency.ts'
import { header } from '../../dependencies/parameter.ts'
import { errorType } from '../../errors/error-type.ts'
import { internals } from '../../http/internals.ts'
import { id, owner } from '../../models/field.ts'
import { model } from '../../models/model.ts'
import { references } from '../../models/references.ts'
import type { ModelReference } from '../../models/references.types.ts'
import { router } from '../../routing/router.ts'
import type { Graph, PlacedGraph } from './graph.types.ts'
import { graphMermaid } from './graph-mermaid.ts'
import { graphSvg } from './graph-svg.ts'
import { layOut } from './lay-out.ts'
import { modelsGraph } from './models-graph.ts'
import { sizes } from './node-sizes.ts'
import { routeGraph, routesGraph } from './route-graph.ts'

const word = '[*A-Za-z_\\u00C0-\\uFFFF][A-Za-z0-9_()\\[\\]\\u00C0-\\uFFFF]*'
const label = '"[^"%\\\\]*"'

/** The lines that Mermaid's grammar of entity-relationship diagrams has, as far as they are written here. */
const erLines: readonly RegExp[] = [
  /^erDiagram$/,
  new RegExp(`^ {2}t\\d+\\[${label}\\] \\{$`),
  new RegExp(`^ {4}${word} (?![PFU]K\\b)${word}( [PFU]K(, [PFU]K)*)?( ${label})?$`, 'i'),
  /^ {2}\}$/,
  new RegExp(`^ {2}t\\d+ (\\|\\||\\|o|\\}o)(--|\\.\\.)(\\|\\||o\\||o\\{) t\\d+ : ${label}$`),
]
const flowLines: readonly RegExp[] = [
  /^flowchart LR$/,
  new RegExp(
    `^ {2}n\\d+(\\[|\\(|\\{\\{|\\[\\(|\\[/|\\(\\[)${label}(\\]|\\)|\\}\\}|\\)\\]|/\\]|\\]\\))$`,
  ),
  /^ {2}n\d+ --> n\d+$/,
]

/** Checks each line after the front matter against a grammar. */
function expectGrammar(mermaid: string, lines: readonly RegExp[]): void {
  const [open, title = '', close, ...body] = mermaid.trimEnd().split('\n')
  expect([open, close]).toEqual(['---', '---'])
  expect(JSON.parse(title.replace('title: ', ''))).toEqual(expect.any(String))
  for (const line of body)
    expect(
      lines.filter((form) => form.test(line)),
      line,
    ).toHaveLength(1)
  // a line with these words would set the direction
  expect(body.join('\n')).not.toMatch(/direction\s+(tb|bt|rl|lr)/i)
}

/** Checks that a text is well-formed XML without a document type: every tag is closed, and no text has a bare sign. */
function expectXml(xml: string): void {
  const open: string[] = []
  const rest = xml.replaceAll(
    /<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>|&(?:amp|lt|gt|quot|#39);/gi,
    (_, slash: string, name: string | undefined, _attributes, closed: string) => {
      if (slash === '/') expect(open.pop()).toBe(name)
      else if (name !== undefined && closed === '') open.push(name)
      return ''
    },
  )
  expect(open).toEqual([])
  expect(rest).not.toMatch(/[<&]/)
}

/** Checks that no node covers another, and that everything is inside the picture. */
function expectApart({ nodes, edges, width, height }: PlacedGraph): void {
  for (const [at, one] of nodes.entries()) {
    expect(one.x).toBeGreaterThan(0)
    expect(one.x + one.width).toBeLessThan(width)
    expect(one.y + one.height).toBeLessThan(height)
    for (const other of nodes.slice(at + 1)) {
      const besides =
        one.x + one.width <= other.x ||
        other.x + other.width <= one.x ||
        one.y + one.height <= other.y ||
        other.y + other.height <= one.y
      expect(besides, `${one.id} and ${other.id}`).toBe(true)
    }
  }
  for (const { points } of edges)
    for (const { x, y } of points) {
      expect(x >= 0 && x <= width).toBe(true)
      expect(y >= 0 && y <= height).toBe(true)
    }
}

const endsOf = ({ edges }: Graph): Record<string, string> =>
  Object.fromEntries(
    edges.map(({ from, fromRow, to, ends }) => [
      `${from}.${fromRow} -> ${to}`,
      `${ends?.from} to ${ends?.to}`,
    ]),
  )

describe('the entity-relationship diagram', () => {
  it('of the reference backend has its tables, keys, owners and cardinalities', () => {
    const graph = modelsGraph(reference)
    expect(graph.nodes.map(({ title, note }) => [title, note])).toEqual([
      ['projects', 'Project'],
      ['tags', 'Tag'],
      ['tasks', 'Task'],
      ['task_tags', 'TaskTag'],
    ])
    expect(graph.nodes.find(({ id }) => id === 'task_tags')?.rows).toEqual([
      { name: 'task_id', type: 'uuid', marks: ['PK', 'FK'] },
      { name: 'tag_id', type: 'uuid', marks: ['PK', 'FK'] },
      { name: 'user_id', type: 'text', marks: ['owner'] },
    ])
    expect(endsOf(graph)).toEqual({
      'tasks.project_id -> projects': 'many to zero or one',
      'task_tags.task_id -> tasks': 'many to one',
      'task_tags.tag_id -> tags': 'many to one',
    })
    expect(graph.description).toContain(
      'tasks.project_id refers to projects: many to zero or one, on delete cascade',
    )
    const mermaid = graphMermaid(graph)
    expectGrammar(mermaid, erLines)
    expect(mermaid).toContain('    uuid project_id FK "null"\n    text user_id "owner"\n')
    expect(mermaid).toContain('  t2 }o--o| t0 : "project_id"\n')
  })

  it('tells one-to-one from many-to-one by unique keys, and follows a reference to its own table', () => {
    const User = pgTable('users', { id: integer().primaryKey() })
    const Profile = pgTable('profiles', {
      id: integer()
        .primaryKey()
        .references(() => User.id),
      backupId: integer('backup_id').references(() => User.id),
      badge: integer()
        .unique()
        .references(() => User.id),
    })
    const Comment = model('comments', {
      id: id(),
      parentId: references((): ModelReference<'comments'> => Comment, { nullable: true }),
      userId: owner(),
    })
    const graph = modelsGraph({ User, Profile, Comment, again: User, other: 1 })
    expect(graph.nodes.map((node) => node.id)).toEqual(['comments', 'profiles', 'users'])
    expect(endsOf(graph)).toEqual({
      'profiles.id -> users': 'zero or one to one',
      'profiles.backup_id -> users': 'many to zero or one',
      'profiles.badge -> users': 'zero or one to zero or one',
      'comments.parent_id -> comments': 'many to zero or one',
    })
  })

  it('adds tables of other origin, and leads the owners of rows to the users without a foreign key', async () => {
    const Note = model('notes', { id: id(), userId: owner() })
    const users = { node: 'user', key: 'id' }
    const more = {
      nodes: [
        {
          id: 'user',
          kind: 'auth table',
          title: 'user',
          note: 'Better Auth',
          rows: [{ name: 'id', type: 'text', marks: ['PK'] }],
        },
      ],
      edges: [],
      users,
    } as const
    const graph = modelsGraph({ Note }, more)
    expect(graph.edges).toMatchObject([
      { from: 'notes', fromRow: 'user_id', to: 'user', toRow: 'id', isLoose: true },
    ])
    expect(graphMermaid(graph)).toContain('  t0 }o..|| t1 : "user_id"\n')
    expect(graphSvg(await layOut(graph))).toContain('class="edge loose"')
  })

  it('escapes every name in both formats', async () => {
    const names = [
      '<script>alert(1)</script>',
      `"quoted" 'twice' & more`,
      'direction TB',
      '--> }{ ][ )( %% `code` \\ #35; ; end',
      'line\nbreak\u0000\u001b\u2028',
      'pk',
      '1st',
      '表格🙂',
      '__proto__',
    ]
    const tables = Object.fromEntries(
      names.map((name, at) => [
        `T${at}`,
        pgTable(name, { a: text(name), [`b${at}`]: text(`${name} b`), fk: integer('fk') }),
      ]),
    )
    const other = pgSchema('o"<').table('t', { x: text() }, (t) => [unique('u').on(t.x)])
    const graph = modelsGraph({ ...tables, other })
    expect(graph.nodes).toHaveLength(names.length + 1)
    expectGrammar(graphMermaid(graph), erLines)
    const svg = graphSvg(await layOut(graph))
    expectXml(svg)
    expect(svg).not.toContain('<script')
    expect([...svg].filter((character) => character < ' ' && character !== '\n')).toEqual([])
    expect(svg).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  it('is the same picture each time, without a node on another one, also for 60 tables', async () => {
    const tables: Record<string, ReturnType<typeof pgTable>> = {}
    for (let at = 0; at < 60; at++) {
      const target = tables[`T${Math.floor(at / 3)}`] as unknown as { id: never } | undefined
      tables[`T${at}`] = pgTable(`table_${at}`, {
        id: integer().primaryKey(),
        ...(target && { otherId: integer('other_id').references(() => target.id) }),
      })
    }
    const graph = modelsGraph(tables)
    expect(graph.edges).toHaveLength(59)
    const placed = await layOut(graph)
    expectApart(placed)
    expect(graphSvg(await layOut(modelsGraph(tables)))).toBe(graphSvg(placed))
  })

  it('has lines that end at the rows of both columns', async () => {
    const { nodes, edges } = await layOut(modelsGraph(reference))
    const heightOf = (node: string, row: string): number => {
      const found = nodes.find(({ id }) => id === node)!
      const at = found.rows.findIndex(({ name }) => name === row)
      return found.y + sizes.title + (at + 0.5) * sizes.row
    }
    const { points } = edges.find(({ fromRow }) => fromRow === 'project_id')!
    expect(points[0]?.y).toBe(heightOf('tasks', 'project_id'))
    expect(points.at(-1)?.y).toBe(heightOf('projects', 'id'))
  })

  it('in SVG has a title and a description, both color schemes, and nothing from elsewhere', async () => {
    const svg = graphSvg(await layOut(modelsGraph(reference)))
    expectXml(svg)
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-labelledby="title description">/)
    expect(svg).toContain('<title id="title">Models</title>')
    expect(svg).toContain('<desc id="description">4 tables: projects, tags, tasks, task_tags.')
    expect(svg).toContain('@media (prefers-color-scheme: dark)')
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:|@import|url\(|<script/,
    )
  })
})

describe('the graph of a route', () => {
  const frozen = errorType('NOTES_FROZEN', { status: 409, title: 'Notes are frozen' })
  const pool = dependency(() => 'pool', { scope: 'app' })
  const tenant = dependency({ name: header(z.string(), { name: 'x-tenant' }) }, ({ name }) => name)
  const admin = dependency({ tenant }, () => true, { errors: [403], scopes: ['notes:write'] })
  const session = dependency({ pool }, () => 's', { scope: 'response', cache: false })
  const notes = router('/notes', { dependencies: { admin, session } })
  const api = app({
    title: 'Notes',
    routes: {
      notes: {
        list: notes.get('/', { response: z.string() }, () => ''),
        freeze: notes.post('/:id/freeze', { response: z.string(), errors: [frozen] }, () => ''),
        open: router('/open').get('/', { response: z.string() }, () => ''),
      },
    },
  })
  const routes = api[internals].documentedRoutes().filter(({ named }) => !named.builtin)
  const routeOf = (name: string) =>
    routes.find(({ named }) => named.operationId === `notes.${name}`)!

  it('has the dependencies with their scopes and errors, the inputs, and every response', async () => {
    const graph = routeGraph(routeOf('freeze'))
    const node = (title: string) => graph.nodes.find((each) => each.title === title)
    expect(node('admin')).toMatchObject({
      kind: 'guard',
      note: 'request, guard',
      rows: [
        { name: 'notes:write', type: 'scope' },
        { name: 'Forbidden', type: '403' },
      ],
    })
    expect(node('session')).toMatchObject({ note: 'response, not cached' })
    expect(node('pool')).toMatchObject({ note: 'app' })
    expect(node('x-tenant')).toMatchObject({ kind: 'input', note: 'header' })
    expect(node('POST /notes/:id/freeze')?.rows.map(({ name, type }) => `${type} ${name}`)).toEqual(
      expect.arrayContaining(['200 OK', '403 Forbidden', '409 NOTES_FROZEN']),
    )
    expect(graph.edges.map(({ label }) => label).toSorted()).toEqual([
      'POST /notes/:id/freeze needs admin',
      'POST /notes/:id/freeze needs session',
      'admin needs tenant',
      'session needs pool',
      'tenant needs name',
    ])
    expectGrammar(graphMermaid(graph), flowLines)
    const placed = await layOut(graph)
    expectApart(placed)
    expectXml(graphSvg(placed))
  })

  it('of all routes shares their dependencies, and groups routes that have the same', () => {
    const graph = routesGraph(routes)
    const groups = graph.nodes.filter(({ kind }) => kind === 'route')
    expect(groups.map(({ title, rows }) => [title, rows.map(({ name }) => name)])).toEqual([
      ['notes', ['GET /notes', 'POST /notes/:id/freeze']],
      ['notes', ['GET /open']],
    ])
    expect(graph.nodes.filter(({ title }) => title === 'admin')).toHaveLength(1)
    expectGrammar(graphMermaid(graph), flowLines)
  })
})
