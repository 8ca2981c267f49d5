import { describe, expect, it } from 'vitest'
import { refuseUnsendable } from './refuse-unsendable.ts'

const refused = expect.objectContaining({ code: 'PLINTH_STATEMENT_REFUSED' }) as Error

describe('a statement that cannot be sent', () => {
  it.each([
    'copy items from stdin',
    'COPY "my items" (id, title) FROM STDIN WITH (FORMAT csv)',
    '/* of /* two */ */ -- lines\n copy items from stdin',
    'select 1; copy items from\n  stdin;',
  ])('is refused: %s', (text) => {
    expect(() => refuseUnsendable(text, [])).toThrow(refused)
  })

  it.each([
    'copy items to stdout',
    "copy items from '/tmp/stdin'",
    'copy (select * from stdin) to stdout',
    "select 'copy items from stdin'",
    "select '; copy items from stdin'",
    'select 1 as copy from stdin',
    '-- copy items from stdin\nselect 1',
    'do $$ begin; copy items from stdin; end $$',
  ])('does not include one that merely contains the words: %s', (text) => {
    expect(() => refuseUnsendable(text, [])).not.toThrow()
  })

  it('includes one with more parameters than the protocol can count', () => {
    const text = 'select'
    expect(() => refuseUnsendable(text, Array(65_535).fill(1))).not.toThrow()
    expect(() => refuseUnsendable(text, Array(65_536).fill(1))).toThrow(/65536 parameters/)
  })
})
