// A script that uses an embedded database and does not close it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { child } from '../support/child.ts'

const script = (url: string): string => `const db = database('${url}')
await db.execute('create table t (id int primary key)')
await db.execute('insert into t values (1)')
const { rows } = await db.execute('select count(*)::int as count from t')
console.log('rows:', rows[0].count)`

it('a script with an embedded database in memory ends when it has nothing left to do', async () => {
  expect(await child(script('pglite:memory')).ended()).toEqual({ code: 0, output: 'rows: 1\n' })
})

it('a script with an embedded database in a directory ends, and its rows are there for the next', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-script-'))
  try {
    const url = `pglite:${join(folder, 'data')}`
    expect(await child(script(url)).ended()).toEqual({ code: 0, output: 'rows: 1\n' })
    const again = `const db = database('${url}')
      console.log((await db.execute('select id from t')).rows)`
    expect(await child(again).ended()).toEqual({ code: 0, output: '[ { id: 1 } ]\n' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
