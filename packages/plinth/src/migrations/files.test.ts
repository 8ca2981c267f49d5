import { describe, expect, it } from 'vitest'
import { instantOf, isSameText, hashOf, readMigration } from './files.ts'
import { statementsOf } from '../sql/tokens.ts'

const stepsOf = (text: string) => readMigration('1', '1', text).steps
const between = '\n--> statement-breakpoint\n'

describe('a migration', () => {
  it('is one transaction with the original text', () => {
    expect(stepsOf(`create table a ();${between}create table b (); create table c ();`)).toEqual([
      {
        kind: 'transaction',
        statements: ['create table a ();', 'create table b (); create table c ();'],
      },
    ])
  })

  it('with only comments has no steps', () => {
    expect(stepsOf('-- nothing\n/* at all; */')).toEqual([])
  })

  it('has steps if Postgres or its author requires a statement to run alone', () => {
    const text = [
      'create table a (b int); create index concurrently on a (b); drop index concurrently c;',
      '-- plinth:batches\nupdate a set b = 1 where b is null',
      'vacuum a',
      '-- plinth:alone\nalter table a validate constraint b;',
      'create table d ()',
    ].join(between)
    expect(stepsOf(text).map(({ kind, statements }) => [kind, ...statements])).toEqual([
      ['transaction', 'create table a (b int)'],
      ['alone', 'create index concurrently on a (b)'],
      ['alone', 'drop index concurrently c'],
      ['batches', 'update a set b = 1 where b is null'],
      ['alone', 'vacuum a'],
      ['alone', 'alter table a validate constraint b'],
      ['transaction', 'create table d ()'],
    ])
  })

  it.each([
    ['a block comment', `/*\ncreate table a ();${between}create table b ();${between}-- */`, 0],
    ['a nested comment', `/* /* */${between}drop table a;${between}*/`, 0],
    ['a line comment', `-- see ${between.trim()}\nselect 1;`, 1],
    ['a string', `select '${between}drop table a;${between}';`, 1],
    ['a string with escapes', `select e'\\'${between}drop table a; ';`, 1],
    ['a string that goes on', `select e'a'\n'\\'${between}drop table a; ';`, 1],
    ['a dollar quote', `do $a$ begin$$${between}drop table a;${between}$a$;`, 1],
    ['a name', `select 1 as "${between}";`, 1],
    ['a string without an end', `select '${between}drop table a;`, 1],
    ['a comment without an end', `/*${between}drop table a;`, 0],
    ['a parenthesis of a rule', `create rule r as on insert to a do (select 1; select 2);`, 1],
  ])('is never split inside %s', (_, text, count) => {
    expect(stepsOf(text)).toEqual(
      count === 0 ? [] : [{ kind: 'transaction', statements: [text.trim()] }],
    )
  })

  it('takes no marks from strings and comments', () => {
    const text = `insert into a values ('\n-- plinth:alone\n-- plinth:allow drop-table\n');/*\n-- plinth:batches\n*/`
    expect(readMigration('1', '1', text)).toMatchObject({
      allowed: [],
      steps: [{ kind: 'transaction', statements: [text] }],
    })
  })

  it('lists the rules it allows', () => {
    expect(
      readMigration('1', '1', '-- plinth:allow drop-column, drop-table\n-- plinth:allow truncate\n')
        .allowed,
    ).toEqual(['drop-column', 'drop-table', 'truncate'])
  })

  it('is the same with other line endings', () => {
    const hash = hashOf('a\nb\n')
    expect(isSameText('a\r\nb\r\n', hash)).toBe(true)
    expect(isSameText('a\nb\n', hashOf('a\r\nb\r\n'))).toBe(true)
    expect(isSameText('a\nc\n', hash)).toBe(false)
  })

  it('has the time from its name', () => {
    expect(instantOf('20260102030405_x')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5))
    expect(instantOf('initial')).toBe(0)
  })
})

describe('statements', () => {
  it.each([
    ["select ';' ; select 2", ["select ';'", 'select 2']],
    ['select $a$ ; $$ ; $a$; select 2', ['select $a$ ; $$ ; $a$', 'select 2']],
    ["select e'\\';' ; select 2", ["select e'\\';'", 'select 2']],
    ['select ";" -- ;\n; select 2', ['select ";"', 'select 2']],
    ['select 1 /* ; /* ; */ ; */; select 2', ['select 1', 'select 2']],
    ["select 'it''s; fine'", ["select 'it''s; fine'"]],
    ['select $1; ; ;', ['select $1']],
    ['select 1 -- \r; select 2', ['select 1', 'select 2']],
    ['select (1; 2); select 3', ['select (1; 2)', 'select 3']],
    ['', []],
  ])('of %s', (text, expected) => {
    expect(statementsOf(text).map((one) => one.text)).toEqual(expected)
  })
})
