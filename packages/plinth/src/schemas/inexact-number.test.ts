import { expect, it } from 'vitest'
import { isInexact } from './inexact-number.ts'

it.each(['0', '-0', '0e-999', '1.5', '1e21', '9007199254740991', '9007199254740992', '5e-324'])(
  '%s is kept',
  (text) => expect(isInexact(text)).toBe(false),
)
it.each([2 ** 60 * 1.1, -45649275785039530, 1e20, Number.MAX_VALUE, 2 ** 53 + 2])(
  'what JavaScript itself writes is kept: %d',
  (value) => expect(isInexact(String(value))).toBe(false),
)
it.each(['9007199254740993', '-12345678901234567890', '1e400', '-1e400', '1e-400', '0.1e-999'])(
  '%s would be changed',
  (text) => expect(isInexact(text)).toBe(true),
)
