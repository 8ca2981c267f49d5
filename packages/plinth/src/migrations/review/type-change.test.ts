import { describe, expect, it } from 'vitest'
import { typeChange } from './type-change.ts'

describe('a change of type', () => {
  it.each([
    ['varchar(10)', 'character varying(20)', 'free'],
    ['varchar(10)', 'text', 'free'],
    ['text', 'varchar', 'free'],
    ['numeric(8,2)', 'numeric(10,2)', 'free'],
    ['numeric(8,2)', 'numeric', 'free'],
    ['timestamp(3) with time zone', 'timestamptz', 'free'],
    ['integer', 'int4', 'free'],
    ['integer', 'bigint', 'rewrites'],
    ['integer', 'text', 'rewrites'],
    ['integer', 'double precision', 'rewrites'],
    ['numeric(8,2)', 'numeric(10,4)', 'rewrites'],
    ['json', 'jsonb', 'rewrites'],
    ['date', 'timestamp with time zone', 'rewrites'],
    ['char(3)', 'char(5)', 'rewrites'],
    ['varchar(20)', 'varchar(10)', 'narrows'],
    ['text', 'varchar(10)', 'narrows'],
    ['bigint', 'integer', 'narrows'],
    ['bigint', 'double precision', 'narrows'],
    ['numeric(8,2)', 'numeric(8,4)', 'narrows'],
    ['numeric', 'numeric(8,2)', 'narrows'],
    ['double precision', 'integer', 'narrows'],
    ['timestamptz', 'timestamptz(3)', 'narrows'],
    ['timestamptz', 'date', 'narrows'],
    ['text', 'jsonb', 'narrows'],
    ['text', 'text[]', 'narrows'],
    ['state', 'text', 'rewrites'],
    ['text', 'state', 'narrows'],
  ] as const)('from %s to %s %s', (from, to, change) => {
    expect(typeChange(from, to)).toBe(change)
  })
})
