import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseEnv } from './parse-env.ts'
import { readEnv } from './read-env.ts'

/** A text, and its values according to python-dotenv 1.2.4 with FROM_ENVIRONMENT=environment: recorded by running it. */
type Row = readonly [text: string, values: readonly (readonly [string, string])[], errors: number]
const recorded = JSON.parse(
  readFileSync(new URL('python-dotenv.fixture.json', import.meta.url), 'utf8'),
) as readonly Row[]

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-env-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const write = (name: string, text: string): void => writeFileSync(join(directory, name), text)
const texts = (values: ReadonlyMap<string, { text: string }>): (readonly [string, string])[] =>
  [...values].map(([name, { text }]) => [name, text] as const)

describe('a .env file has the same values as in python-dotenv', () => {
  test.each(recorded)('%j', (text, expected, errors) => {
    write('.env', text)
    const environment = { FROM_ENVIRONMENT: 'environment' }
    const { values, problems } = readEnv(directory, ['.env'], environment)
    const found = texts(values).filter(([name]) => name !== 'FROM_ENVIRONMENT')
    expect(found).toEqual(expected.filter(([name]) => name !== 'FROM_ENVIRONMENT'))
    expect(problems).toHaveLength(errors)
  })

  test('except in single quotes, where nothing is replaced', () => {
    write('.env', "A=1\nB='${A}'\nC='${A:-x}'")
    expect(texts(readEnv(directory, ['.env'], {}).values)).toEqual([
      ['A', '1'],
      ['B', '${A}'],
      ['C', '${A:-x}'],
    ])
  })
})

describe('the value that wins', () => {
  test('is from the environment, then .env.local, then .env, and has its source', () => {
    write('.env', 'A=env\nB=env\n\nC=env')
    write('.env.local', '# mine\nB=local\nC=local')
    const { values } = readEnv(directory, ['.env', '.env.local'], { C: 'process' })
    expect(Object.fromEntries(values)).toEqual({
      A: { text: 'env', source: '.env:1' },
      B: { text: 'local', source: '.env.local:2' },
      C: { text: 'process', source: 'environment' },
    })
  })

  test('may refer to an earlier file, and first of all to the environment', () => {
    write('.env', 'HOST=file\nURL=http://${HOST}')
    write('.env.local', 'DEEP=${URL}/x')
    const { values } = readEnv(directory, ['.env', '.env.local'], { HOST: 'process' })
    expect(values.get('DEEP')?.text).toBe('http://process/x')
  })

  test('may be of a setting named like a member of the prototype', () => {
    write('.env', '__proto__=x\nA=${constructor}|${toString:-none}')
    const { values } = readEnv(directory, ['.env'], {})
    expect(values.get('__proto__')?.text).toBe('x')
    expect(values.get('A')?.text).toBe('|none')
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })
})

describe('an unreadable file or line', () => {
  test('is ignored silently if the file is missing, or is a directory', () => {
    mkdirSync(join(directory, '.env'))
    expect(readEnv(directory, ['.env', '.env.local'], {})).toEqual({
      values: new Map(),
      problems: [],
      damaged: [],
    })
  })

  test('is reported by its number and skipped if it is not an assignment', () => {
    write('.env', 'A=1\n\n!bad line\nB="open\nC=2')
    const { values, problems } = readEnv(directory, ['.env'], {})
    expect([...values.keys()]).toEqual(['A', 'C'])
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['.env:3', '.env:4'])
  })

  test('has the right number after multiline values and every kind of line end', () => {
    const { entries } = parseEnv('A="1\n2\r\n3"\r\n\r\nB=1\rC=2\n# c\n  D=3')
    expect(entries.map(({ name, line }) => [name, line])).toEqual([
      ['A', 1],
      ['B', 5],
      ['C', 6],
      ['D', 8],
    ])
  })

  test('takes linear time, even if it is one long line', () => {
    const long = 'x'.repeat(1_000_000)
    expect(parseEnv(`A="${long}\\"${long}"\nB=${' '.repeat(100_000)}x`).entries).toHaveLength(2)
  })
})
