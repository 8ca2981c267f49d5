import { expect, it } from 'vitest'
import { typeErrors } from './type-checker.ts'

it('the errors of tsc become lines with a location that editors open', () => {
  const said = `src/tasks.ts(12,7): error TS2322: Type 'string' is not assignable to type 'number'.
  The types of 'a' are incompatible.
src/[id] a.ts(1,2): error TS1005: ';' expected.
Found 2 errors.
`
  expect(typeErrors(said)).toEqual([
    "src/tasks.ts:12:7 Type 'string' is not assignable to type 'number'.",
    "src/[id] a.ts:1:2 ';' expected.",
  ])
})
