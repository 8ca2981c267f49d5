/** The numbers of a version that semantic versioning counts. */
export type Level = 'patch' | 'minor' | 'major'

/** Matches a whole version, without a prerelease. */
const shape = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/

type Numbers = readonly [major: number, minor: number, patch: number]

/** @throws it is not three numbers */
function numbersOf(version: string): Numbers {
  const [, ...numbers] = shape.exec(version) ?? []
  if (numbers.length === 0) throw new Error(`'${version}' is not a version such as 1.2.3`)
  return numbers.map(Number) as unknown as Numbers
}

/** Returns true for three numbers, such as `1.2.3`. */
export const isVersion = (text: string): boolean => shape.test(text)

/** Sorts versions from oldest to newest. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [numbersOf(one), numbersOf(other)]
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

/** The next version: `increase('1.2.3', 'minor')` is `1.3.0`. */
export function increase(version: string, level: Level): string {
  const [major, minor, patch] = numbersOf(version)
  return {
    major: `${major + 1}.0.0`,
    minor: `${major}.${minor + 1}.0`,
    patch: `${major}.${minor}.${patch + 1}`,
  }[level]
}

/** Returns true below 1.0.0, where a minor version can break code. */
export const isBeforeOne = (version: string): boolean => numbersOf(version)[0] === 0
