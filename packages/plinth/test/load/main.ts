// Runs a load in full, and prints its results: npm run load -- <name>
import { readdirSync } from 'node:fs'

/** A load: returns the rows of its tables, and what is wrong with them. */
export interface Load {
  readonly load: () => Promise<{
    readonly tables: Readonly<Record<string, readonly object[]>>
    readonly problems: readonly string[]
  }>
}

const ending = '.load.ts'
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(ending))
  .map((file) => file.slice(0, -ending.length))
const [name = ''] = process.argv.slice(2)
if (names.includes(name)) {
  const { load } = (await import(`./${name}${ending}`)) as Load
  const { tables, problems } = await load()
  for (const [title, rows] of Object.entries(tables)) {
    console.log(`\n${title}`)
    console.table(rows)
  }
  for (const problem of problems) console.log(`wrong: ${problem}`)
  process.exitCode = problems.length === 0 ? 0 : 1
} else {
  console.error(`Unknown load '${name}'. Expected one of: ${names.join(', ')}.`)
  process.exitCode = 2
}
