import { expect, test } from 'vitest'
import { redact } from './redact.ts'

test.each([
  ['postgres://ann:pw@host/db', 'postgres://ann:[redacted]@host/db'],
  [
    'at postgresql://u:p@ss:w@h:5432/d?x=1, gone',
    'at postgresql://u:[redacted]@h:5432/d?x=1, gone',
  ],
  ['"redis://:pw@h"', '"redis://:[redacted]@h"'],
  ['postgres://u@h/d?sslpassword=pw&x=1', 'postgres://u@h/d?sslpassword=[redacted]&x=1'],
  ['host=h password=pw user=u', 'host=h password=[redacted] user=u'],
  ['https://example.com/a:b', 'https://example.com/a:b'],
  ['https://ann@example.com', 'https://ann@example.com'],
  ['nothing to hide: ann@example.com', 'nothing to hide: ann@example.com'],
])('%s', (text, expected) => {
  expect(redact(text)).toBe(expected)
  expect(redact(redact(text))).toBe(expected)
})
