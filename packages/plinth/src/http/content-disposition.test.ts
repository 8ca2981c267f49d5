import { describe, expect, it } from 'vitest'
import { asciiDisposition } from './content-disposition.ts'

describe('the file name in a Content-Disposition', () => {
  it.each([
    ['attachment', 'attachment'],
    ['attachment; filename="a b.txt"', 'attachment; filename="a b.txt"'],
    [
      'attachment; filename="café.txt"',
      `attachment; filename="cafe.txt"; filename*=UTF-8''caf%C3%A9.txt`,
    ],
    [
      'attachment; filename=café.txt; size=3',
      `attachment; filename="cafe.txt"; filename*=UTF-8''caf%C3%A9.txt; size=3`,
    ],
    [
      'attachment; filename="報告 (1).pdf"',
      `attachment; filename="_ (1).pdf"; filename*=UTF-8''%E5%A0%B1%E5%91%8A%20%281%29.pdf`,
    ],
    [
      'attachment; filename="\\"é\\" \\\\.txt"',
      `attachment; filename="\\"e\\" \\\\.txt"; filename*=UTF-8''%22%C3%A9%22%20%5C.txt`,
    ],
    [
      `attachment; filename="ü.txt"; filename*=UTF-8''%C3%BC.txt`,
      `attachment; filename="u.txt"; filename*=UTF-8''%C3%BC.txt`,
    ],
    [`inline; name="é"`, 'inline; name="%C3%A9"'],
    [
      'attachment; filename="\ud800é"',
      `attachment; filename="_e"; filename*=UTF-8''%EF%BF%BD%C3%A9`,
    ],
  ])('%s', (given, sent) => {
    expect(asciiDisposition(given)).toBe(sent)
    expect(asciiDisposition(sent)).toBe(sent)
  })
})
