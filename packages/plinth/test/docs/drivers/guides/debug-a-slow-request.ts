import { rowsText } from '../../../../devpage/sql/rows-text.ts'
import { app } from '../../../../src/app/app.ts'
import type { Database } from '../../../../src/database/database.ts'
import { explain } from '../../../../src/devtools/sql/explain.ts'
import type { PlanNode } from '../../../../src/devtools/sql/sql.types.ts'
import { createLogger } from '../../../../src/logging/logger.ts'
import type { HttpRoute } from '../../../../src/routing/client-route.types.ts'
import type { Drive, Drivers } from '../driver.types.ts'

const tables = [
  `create table authors (id uuid primary key default gen_random_uuid(), name varchar(200) not null)`,
  `create table books (id uuid primary key default gen_random_uuid(), title varchar(200) not null,
    year bigint not null, author_id uuid not null references authors)`,
  `insert into authors (name) select 'Author ' || n from generate_series(1, 50) n`,
  `insert into books (title, year, author_id)
    select 'Book ' || n, 1600 + n % 500, (select id from authors offset n % 50 limit 1)
    from generate_series(0, 4999) n`,
]

/** The database of the page, with 5,000 books. */
async function openBooks({ load }: Drive): Promise<Database> {
  const { db } = await load<{ db: Database }>('database.ts')
  const { rows } = await db.execute(`select to_regclass('books') as found`)
  if (rows[0]?.['found'] === null) for (const statement of tables) await db.execute(statement)
  return db
}

/** The lines of the access log for a request to each of the two routes. */
async function linesOf(drive: Drive): Promise<string[]> {
  const db = await openBooks(drive)
  const { slow } = await drive.load<{ slow: HttpRoute }>('slow.ts')
  const { fast } = await drive.load<{ fast: HttpRoute }>('fast.ts')
  const lines: string[] = []
  const log = createLogger({
    level: 'info',
    format: 'json',
    destination: { write: (line) => lines.push(line.trim()) },
  })
  const api = app({ title: 'Books', routes: { books: { slow, fast } }, log })
  const { rows } = await db.execute('select count(*)::int as count from books')
  if (rows[0]?.['count'] !== 5000) throw new Error('the page has 5,000 books')
  for (const path of ['/books/slow', '/books/fast'])
    await (await api.fetch(new Request(`http://localhost${path}`))).text()
  return lines
}

/** A plan as the development page shows it, without the times of its parts. */
const planLines = ({ title, conditions, children, ...node }: PlanNode): string[] => [
  `${title}   ${rowsText({ title, conditions, children, ...node })}`,
  ...[...conditions, ...children.flatMap(planLines)].map((line) => `  ${line}`),
]

export const drivers: Drivers = {
  start: async (drive) => {
    const [slow = ''] = await linesOf(drive)
    return [slow]
  },
  'n1-queries': async (drive) => {
    const lines = await linesOf(drive)
    return [lines.map((line) => /"route":.*"ms":[\d.]+/.exec(line)?.[0]).join('\n')]
  },
  'a-slow-statement': async (drive) => {
    const db = await openBooks(drive)
    await db.execute('analyze books')
    const text = 'select count(*) from books where year = $1'
    const { root, hints } = await explain(db, { text, values: [1600] })
    const advice = hints.flatMap(({ text: hint, statement = '' }) => [
      hint.replace('. In the', '.\nIn the'),
      statement,
    ])
    return [[...advice, '', ...planLines(root)].join('\n')]
  },
}
