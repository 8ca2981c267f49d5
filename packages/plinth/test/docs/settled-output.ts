import { stripVTControlCharacters } from 'node:util'

/** Text that differs from run to run, and the text that a page shows in its place. */
const variable: readonly (readonly [RegExp, string])[] = [
  [/\b\d{14}_/g, '20270104120000_'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '2027-01-04T12:00:00.000Z'],
  [/\bready in \d+(?:\.\d+)? m?s\b/g, 'ready in 640 ms'],
  [/\breloaded in \d+(?:\.\d+)? m?s\b/g, 'reloaded in 41 ms'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJ…'],
  [/\beyJ[\w-]{20,}/g, 'eyJ…'],
  [/(?<="next":")[\w-]+/g, 'WyIyMDI3…'],
  [/(?<= )\d+ms$/gm, '12ms'],
  [/(?<="ms":)\d+(?:\.\d+)?/g, '12.3'],
  [/\d+ pages cached, \d+ read/g, '64 pages cached, 0 read'],
  // the code of a quiz, and Better Auth's id of a user
  [/(?<="code":")[A-Z]{6}(?=")/g, 'QUARTZ'],
  [/(?<="(?:userId|for)":")\w{32}(?=")/g, 'Zk3…'],
]

/**
 * Output as a page shows it: ids are numbered in the order in which they appear first, and times are fixed.
 *
 * `ids` are those of the page so far, so that an id is the same in all blocks of a page.
 */
export function settledOutput(text: string, ids: Map<string, string>): string {
  const settled = variable.reduce(
    (result, [pattern, shown]) => result.replaceAll(pattern, shown),
    stripVTControlCharacters(text).replaceAll('\r\n', '\n'),
  )
  return settled
    .replaceAll(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g, (id) => {
      const known = ids.get(id) ?? fakeId(ids.size + 1)
      ids.set(id, known)
      return known
    })
    .replaceAll(/[ \t]+$/gm, '')
    .trim()
}

const fakeId = (number: number): string =>
  `019b8f2c-4a10-7c3e-9d52-${String(number).padStart(12, '0')}`
