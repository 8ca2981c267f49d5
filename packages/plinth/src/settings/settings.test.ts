import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import { redact } from './redact.ts'
import { betterAuthSecret } from './better-auth-secret.ts'
import type { Environment } from './mode.ts'
import { secret } from './secret.ts'
import { describeSettings } from './made-settings.ts'
import { settings, type Settings, type SettingsShape } from './settings.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-settings-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true })
})

const read = <S extends SettingsShape>(shape: S, environment: Environment = {}): Settings<S> =>
  settings(shape, { directory, environment })

function messageOf(shape: SettingsShape, environment: Environment = {}): string {
  try {
    read(shape, environment)
  } catch (error) {
    expect(error).toBeInstanceOf(PlinthError)
    expect((error as PlinthError).code).toBe('PLINTH_SETTINGS_INVALID')
    return (error as PlinthError).message
  }
  throw new Error('it was accepted')
}

const production = { NODE_ENV: 'production' }
const strong = 'V9c2mQxYw7Lr4ZtKpE8sHb1NfUj6GdAo'

describe('the text of a setting is coerced', () => {
  test.each<[string, [z.ZodType, string, unknown]]>([
    ['a number', [z.int(), ' 8000 ', 8000]],
    ['a fraction', [z.number(), '-1.5e3', -1500]],
    ['a bigint', [z.bigint(), '+9007199254740993', 9007199254740993n]],
    ['true', [z.boolean(), 'ON', true]],
    ['false', [z.boolean(), '0', false]],
    ['a date', [z.date(), '2026-01-31T12:00:00Z', new Date('2026-01-31T12:00:00Z')]],
    ['a list', [z.array(z.string()), 'a, b,,c ', ['a', 'b', 'c']]],
    ['an empty list', [z.array(z.string()), '', []]],
    ['a list in JSON', [z.array(z.string()), '["a,b", "c"]', ['a,b', 'c']]],
    ['a list of numbers', [z.array(z.int()), '1,2', [1, 2]]],
    ['a tuple', [z.tuple([z.string(), z.int()]), 'a,1', ['a', 1]]],
    ['a set', [z.set(z.int()), '1,1,2', new Set([1, 2])]],
    ['an object', [z.object({ a: z.int() }), '{"a": 1}', { a: 1 }]],
    ['a choice', [z.enum(['low', 'high']), 'high', 'high']],
    ['a literal number', [z.literal([1, 2]), '2', 2]],
    ['the first that fits', [z.union([z.int(), z.enum(['auto'])]), 'auto', 'auto']],
    ['null', [z.int().nullable(), '', null]],
    ['what a codec makes', [z.stringbool(), 'yes', true]],
    ['what a transform makes', [z.int().transform((n) => n * 2), '4', 8]],
    ['text that looks like a number', [z.string(), '007', '007']],
    ['an empty text', [z.string(), '', '']],
  ])('%s', (_, [schema, text, expected]) => {
    expect(read({ A: schema }, { A: text })['A']).toEqual(expected)
  })

  test.each<[string, z.ZodType, string]>([
    ['hexadecimal is not a number', z.number(), '0x10'],
    ['Infinity is not a number', z.number(), 'Infinity'],
    ['a fraction is not an integer', z.int(), '1.5'],
    ['another word is not a boolean', z.boolean(), 'maybe'],
    ['a name of the prototype is not a boolean', z.boolean(), '__proto__'],
    ['broken JSON is not an object', z.object({}), '{'],
  ])('%s', (_, schema, text) => {
    expect(messageOf({ A: schema }, { A: text })).toContain('A (environment): ')
  })

  test('an empty text counts as not set unless the schema accepts it', () => {
    const shape = { PORT: z.int().default(8000), LEVEL: z.enum(['a']).optional() }
    expect({ ...read(shape, { PORT: '', LEVEL: '' }) }).toEqual({ PORT: 8000, LEVEL: undefined })
  })
})

describe('one message reports all problems', () => {
  test('with name, source, reason and an example', () => {
    writeFileSync(join(directory, '.env'), 'MODE=c\n!broken line\n\nPORT=eighty')
    const message = messageOf(
      {
        PORT: z.int().min(1),
        MODE: z.enum(['a', 'b']),
        DATABASE_URL: z.string(),
        TAGS: z.array(z.url()),
        FINE: z.string().default('x'),
      },
      { TAGS: 'nope' },
    )
    expect(message.split('\n')).toEqual([
      '4 settings are missing or wrong:',
      '  PORT (.env:4): Invalid input: expected number, received string; got "eighty"; write for example PORT=1',
      '  MODE (.env:1): Invalid option: expected one of "a"|"b"; got "c"; write for example MODE=a',
      '  DATABASE_URL is not set; write for example DATABASE_URL=postgres://user:password@host/database',
      '  TAGS (environment): Invalid URL (at 0); write for example TAGS=https://example.com,https://example.com',
      '  (.env:2 is not NAME=value and was ignored)',
      `Set them in the environment, or in .env or .env.local in ${directory}`,
    ])
  })

  test('without secrets, even if a schema quotes them', () => {
    const canary = 'canary-7f3a'
    const quoting = z.string().refine(() => false, { error: ({ input }) => `not ${String(input)}` })
    const message = messageOf(
      { A: secret(quoting), B_TOKEN: quoting, URL: quoting, N_KEY: z.int() },
      { A: canary, B_TOKEN: canary, URL: `postgres://u:${canary}@h/d`, N_KEY: canary },
    )
    expect(message).not.toContain(canary)
    expect(message).toContain('4 settings')
  })
})

describe('the settings object', () => {
  const shape = {
    STRIPE: secret(z.string().min(2)),
    SMTP_PASSWORD: z.string(),
    DATABASE_URL: z.string(),
    REPLICAS: z.array(z.string()),
    OPTIONAL: secret(z.string()).optional(),
    PORT: z.int().default(8000),
  }
  const environment = {
    STRIPE: 'canary-1',
    SMTP_PASSWORD: 'canary-2',
    DATABASE_URL: 'postgres://ann:canary-3@x@host/db?sslpassword=canary-4',
    REPLICAS: 'postgres://a:canary-5@h/d,postgres://b:canary-6@h/d',
  }

  test('has plain values as members', () => {
    const env = read(shape, environment)
    expect(env.STRIPE).toBe('canary-1')
    expect(env.DATABASE_URL).toBe(environment.DATABASE_URL)
    expect(env.OPTIONAL).toBeUndefined()
  })

  test.each<[string, (env: object) => string]>([
    ['console.log', (env) => inspect(env)],
    ['console.log with everything', (env) => inspect(env, { showHidden: true, depth: 9 })],
    ['a template', (env) => JSON.stringify({ env })],
    ['console.log of what holds it', (env) => inspect({ deep: [env] }, { depth: 9 })],
    ['its description', (env) => JSON.stringify(describeSettings(env))],
  ])('keeps its secrets from %s', (_, print) => {
    const printed = print(read(shape, environment))
    expect(printed).not.toContain('canary')
    expect(printed).toContain('[redacted]')
    expect(printed).toContain('8000')
    expect(printed).toContain('host/db')
  })

  test('hides its secrets in every log line', () => {
    read(
      {
        A: secret(z.string()),
        SORT_KEY: z.string(),
        API_KEY: z.string(),
        B: secret(z.string().default('the default')),
      },
      { A: 'zebra-canary', SORT_KEY: 'createdAt', API_KEY: 'a-canary-of-some-length' },
    )
    expect(redact('zebra-canary, a-canary-of-some-length by createdAt, the default')).toBe(
      '[redacted], [redacted] by createdAt, the default',
    )
  })

  test('is frozen, including the members of its lists', () => {
    const env = read({ LIST: z.array(z.string()).default(['a']) })
    expect(() => Object.assign(env, { LIST: [] })).toThrow(TypeError)
    expect(() => env.LIST.push('b')).toThrow(TypeError)
    expect(env.LIST).toEqual(['a'])
  })

  test('has only the declared members', () => {
    const env: object = read({ __proto__: null, ['constructor']: z.string().optional() } as never)
    expect('toString' in env).toBe(false)
    expect((env as { constructor?: unknown }).constructor).toBeUndefined()
    expect(Object.keys(env)).toEqual(['constructor'])
  })

  test('is described with the source of each setting', () => {
    writeFileSync(join(directory, '.env'), '\nA=1')
    const env = read(
      { A: z.int(), B: z.string(), C: z.int().default(3), D: z.string().optional() },
      { B: 'b' },
    )
    expect(describeSettings(env)).toEqual([
      { name: 'A', source: '.env:2', value: '1' },
      { name: 'B', source: 'environment', value: 'b' },
      { name: 'C', source: 'default', value: '3' },
      { name: 'D', source: 'not set', value: '' },
    ])
    expect(() => describeSettings({ ...env })).toThrow(
      'describeSettings() needs the object that settings() returned',
    )
  })

  test('keeps the secret mark of a schema that is refined', () => {
    const marked = secret(z.string()).min(2).trim().refine(Boolean).optional()
    expect(inspect(read({ X: marked }, { X: 'canary' }))).not.toContain('canary')
  })
})

describe('a secret in a message', () => {
  test('is hidden, unlike the URL of a database without a password', () => {
    const shape = { DATABASE_URL: secret(z.string()), HOOK: secret(z.string()) }
    const open = 'postgres://db.example.com:5432/app'
    read(shape, { DATABASE_URL: open, HOOK: 'https://hooks.example.com/T00/B00/canary' })
    expect(redact(`nothing listens at ${open}`)).toBe(`nothing listens at ${open}`)
    expect(redact('https://hooks.example.com/T00/B00/canary')).toBe('[redacted]')
    const closed = 'postgres://db2.example.com/app?password=canary'
    expect(inspect(read(shape, { DATABASE_URL: closed, HOOK: '' }))).not.toContain('canary')
    expect(redact(closed)).toBe('[redacted]')
  })
  test('is hidden in a URL with a password in the place of the host', () => {
    for (const wrong of ['postgres://ann:canary-7/app', 'postgresql://db3.example.com/#canary-8']) {
      read({ DATABASE_URL: secret(z.string()) }, { DATABASE_URL: wrong })
      expect(redact(`cannot read ${wrong}`)).toBe('cannot read [redacted]')
    }
  })
})

describe('an unreadable line of a .env file', () => {
  const shape = { BETTER_AUTH_SECRET: betterAuthSecret() }

  test('prevents a generated secret, which would win over the one in that line', () => {
    writeFileSync(join(directory, '.env'), `BETTER_AUTH_SECRET="${strong}\n`)
    const message = messageOf(shape)
    expect(message).toContain('BETTER_AUTH_SECRET is not set')
    expect(message).toContain('(.env:1 is not NAME=value and was ignored)')
    expect(existsSync(join(directory, '.env.local'))).toBe(false)
    writeFileSync(join(directory, '.env'), `BETTER_AUTH_SECRET="${strong}"\n`)
    expect(read(shape).BETTER_AUTH_SECRET).toBe(strong)
  })
  test('does not matter in tests, whose secret is not saved', () => {
    writeFileSync(join(directory, '.env'), 'X="1\n')
    expect(read(shape, { NODE_ENV: 'test' }).BETTER_AUTH_SECRET).toHaveLength(43)
  })
})

describe('betterAuthSecret', () => {
  const shape = { BETTER_AUTH_SECRET: betterAuthSecret() }
  const localFile = (): string => join(directory, '.env.local')

  test.each<[string, Environment]>([
    ['missing', {}],
    ['empty', { BETTER_AUTH_SECRET: '' }],
    ['short', { BETTER_AUTH_SECRET: strong.slice(1) }],
    ['a placeholder', { BETTER_AUTH_SECRET: 'please-change-this-secret-in-production' }],
    ['published', { BETTER_AUTH_SECRET: 'better-auth-secret-12345678901234567890' }],
    ['regular', { BETTER_AUTH_SECRET: 'abcdefgh'.repeat(8) }],
  ])('in production, one that is %s is an error that does not show it', (_, environment) => {
    const message = messageOf(shape, { ...production, ...environment })
    expect(message).toContain('BETTER_AUTH_SECRET')
    expect(message).toContain('openssl rand')
    if (environment['BETTER_AUTH_SECRET'])
      expect(message).not.toContain(environment['BETTER_AUTH_SECRET'])
  })

  test('in production, a strong one is accepted, and nothing is written', () => {
    const env = read(shape, { ...production, BETTER_AUTH_SECRET: strong })
    expect(env.BETTER_AUTH_SECRET).toBe(strong)
    expect(statSync(localFile(), { throwIfNoEntry: false })).toBeUndefined()
  })

  test('in development, a missing one is generated once, saved for its owner alone, and announced in one line', () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    writeFileSync(join(directory, '.env'), 'BETTER_AUTH_SECRET=')
    const made = read(shape).BETTER_AUTH_SECRET
    expect(made).toMatch(/^[\w-]{43}$/)
    expect(readFileSync(localFile(), 'utf8')).toBe(`BETTER_AUTH_SECRET=${made}\n`)
    expect(statSync(localFile()).mode & 0o777).toBe(0o600)
    expect(stderr).toHaveBeenCalledTimes(1)
    expect(String(stderr.mock.calls[0]?.[0])).toMatch(/^[^\n]*BETTER_AUTH_SECRET[^\n]*\n$/)
    expect(String(stderr.mock.calls[0]?.[0])).not.toContain(made)
    const again = read(shape)
    expect(again.BETTER_AUTH_SECRET).toBe(made)
    expect(describeSettings(again)[0]?.source).toBe('.env.local:1')
    expect(stderr).toHaveBeenCalledTimes(1)
  })

  test('a generated one is appended to .env.local, even after a line without an end', () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    writeFileSync(localFile(), 'A=1')
    const made = read(shape).BETTER_AUTH_SECRET
    expect(readFileSync(localFile(), 'utf8')).toBe(`A=1\nBETTER_AUTH_SECRET=${made}\n`)
  })

  test('in tests, one is generated in memory and shared', () => {
    const environment = { NODE_ENV: 'test' }
    const made = read(shape, environment).BETTER_AUTH_SECRET
    expect(made.length).toBeGreaterThanOrEqual(32)
    expect(read(shape, environment).BETTER_AUTH_SECRET).toBe(made)
    expect(statSync(localFile(), { throwIfNoEntry: false })).toBeUndefined()
  })

  test('one is generated for the process, with a notice, if the directory is not writable', () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const env = settings(shape, { directory: join(directory, 'none'), environment: {} })
    expect(env.BETTER_AUTH_SECRET.length).toBeGreaterThanOrEqual(32)
    expect(String(stderr.mock.calls[0]?.[0])).toContain('cannot be written (ENOENT)')
  })

  test('processes that start at the same time agree on one secret', async () => {
    const module = fileURLToPath(new URL('better-auth-secret.ts', import.meta.url))
    const program = `
      const { settings } = await import(${JSON.stringify(module.replace('better-auth-secret', 'settings'))})
      const { betterAuthSecret } = await import(${JSON.stringify(module)})
      console.log(settings({ S: betterAuthSecret() }, { environment: {} }).S)`
    const run = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
          cwd: directory,
          stdio: ['ignore', 'pipe', 'ignore'],
        })
        let out = ''
        child.stdout.on('data', (part: Buffer) => (out += part.toString()))
        child.on('error', reject)
        child.on('close', () => resolve(out.trim()))
      })
    const secrets = await Promise.all([run(), run(), run(), run()])
    expect(secrets[0]).toMatch(/^[\w-]{43}$/)
    expect(new Set(secrets).size).toBe(1)
    expect(readFileSync(localFile(), 'utf8')).toBe(`S=${secrets[0]}\n`)
  })
})
