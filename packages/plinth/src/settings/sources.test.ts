import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { PlinthError } from '../errors/plinth-error.ts'
import { describeSettings } from './made-settings.ts'
import type { Environment } from './mode.ts'
import { redact } from './redact.ts'
import { secret } from './secret.ts'
import { settings } from './settings.ts'

const directory = mkdtempSync(join(tmpdir(), 'plinth-settings-'))
afterAll(() => rmSync(directory, { recursive: true }))
const at = (environment: Environment) => ({ directory, files: [], environment })
const messageOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    expect((error as PlinthError).code).toBe('PLINTH_SETTINGS_INVALID')
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}
const sourcesOf = (env: object) => describeSettings(env).map(({ source }) => source)

describe('aliases of a setting', () => {
  const shape = { DATABASE_URL: z.string(), PASSWORD: secret(z.string()).optional() }
  const options = (environment: Environment) => ({
    ...at(environment),
    prefix: 'MY_',
    aliases: { DATABASE_URL: ['POSTGRES_URL', 'PG_URL'], PASSWORD: ['PG_PASSWORD'] },
  })

  it('are read in their order, after its own name, and without the prefix', () => {
    const of = (environment: Environment) => settings(shape, options(environment)).DATABASE_URL
    expect(of({ PG_URL: 'c', POSTGRES_URL: 'b', MY_DATABASE_URL: 'a' })).toBe('a')
    expect(of({ PG_URL: 'c', POSTGRES_URL: 'b' })).toBe('b')
    expect(of({ PG_URL: 'c', MY_POSTGRES_URL: 'b', MY_DATABASE_URL: '' })).toBe('c')
  })

  it('are named as the source, in messages and in lists', () => {
    expect(sourcesOf(settings(shape, options({ PG_URL: 'c' })))).toEqual([
      'PG_URL, environment',
      'not set',
    ])
    const wrong = { PORT: z.int() }
    expect(
      messageOf(() => settings(wrong, { ...at({ P: 'x' }), aliases: { PORT: ['P'] } })),
    ).toContain('  PORT (P, environment): Invalid input: expected number')
  })

  it('have files of secrets, too', () => {
    const file = join(directory, 'alias')
    writeFileSync(file, 'from a file\n')
    const env = settings(shape, options({ PG_URL: 'c', PG_PASSWORD_FILE: file }))
    expect(env.PASSWORD).toBe('from a file')
  })

  it('begin the names of nested settings', () => {
    const env = settings(
      { DB: z.object({ host: z.string() }) },
      { ...at({ PG__HOST: 'h' }), nested: '__', aliases: { DB: ['PG'] } },
    )
    expect(env.DB.host).toBe('h')
  })

  it('in a source that comes first win over the own name in a later source', () => {
    writeFileSync(join(directory, 'alias.env'), 'MY_DATABASE_URL=file')
    const env = settings(shape, { ...options({ PG_URL: 'env' }), files: ['alias.env'] })
    expect(env.DATABASE_URL).toBe('env')
  })
})

describe('ignoreCase', () => {
  const read = (environment: Environment) =>
    settings(
      { port: z.int(), DB: z.object({ host: z.string().default('d') }) },
      { ...at(environment), ignoreCase: true, nested: '__' },
    )

  it('finds a setting in any case, and prefers the declared one', () => {
    expect(read({ PORT: '1' }).port).toBe(1)
    expect(read({ Port: '1', port: '2', PORT: '3' }).port).toBe(2)
    expect(read({ PORT: '1', db__Host: 'h' }).DB.host).toBe('h')
    expect(sourcesOf(read({ PORT: '1' }))[0]).toBe('PORT, environment')
  })

  it('is off by default', () => {
    expect(messageOf(() => settings({ port: z.int() }, at({ PORT: '1' })))).toContain(
      'port is not set',
    )
  })
})

describe('a secrets directory', () => {
  const secrets = join(directory, 'secrets')
  mkdirSync(join(secrets, '..data'), { recursive: true })
  mkdirSync(join(secrets, 'DB'))
  writeFileSync(join(secrets, '..data', 'API_TOKEN'), 'a-token-of-a-mounted-secret\n')
  symlinkSync(join('..data', 'API_TOKEN'), join(secrets, 'API_TOKEN'))
  writeFileSync(join(secrets, 'NOTE'), 'a-note-in-the-secrets-directory')
  writeFileSync(join(secrets, 'DB', 'PASSWORD'), 'the-password-in-a-directory')
  writeFileSync(join(secrets, 'PORT'), 'port-is-a-word')
  const shape = { API_TOKEN: z.string(), NOTE: z.string() }
  const options = { ...at({}), secretsDirectory: secrets }

  it('has one setting per file, each of them a secret', () => {
    const env = settings(shape, options)
    expect({ ...env }).toEqual({
      API_TOKEN: 'a-token-of-a-mounted-secret',
      NOTE: 'a-note-in-the-secrets-directory',
    })
    expect(inspect(env)).toBe("{ API_TOKEN: '[redacted]', NOTE: '[redacted]' }")
    expect(redact('it says a-note-in-the-secrets-directory')).toBe('it says [redacted]')
    expect(sourcesOf(env)).toEqual([join(secrets, 'API_TOKEN'), join(secrets, 'NOTE')])
  })

  it('comes after the environment', () => {
    expect(settings(shape, { ...options, environment: { NOTE: 'e' } }).NOTE).toBe('e')
  })

  it('has directories for nested settings', () => {
    const DB = z.object({ password: z.string() })
    expect(settings({ DB }, { ...options, nested: '__' }).DB.password).toBe(
      'the-password-in-a-directory',
    )
  })

  it('shows nothing of a wrong value', () => {
    const told = messageOf(() => settings({ PORT: z.int() }, options))
    expect(told).toContain(`  PORT (${join(secrets, 'PORT')}): Invalid input`)
    expect(told).not.toContain('port-is-a-word')
    expect(told).toContain(`Set them in the environment, or in a file in ${secrets}`)
  })

  it('is named in the message if it does not exist', () => {
    const nowhere = { ...options, secretsDirectory: join(directory, 'nowhere') }
    expect(messageOf(() => settings(shape, nowhere))).toContain(
      `(the secrets directory ${join(directory, 'nowhere')} cannot be read (ENOENT))`,
    )
    expect(settings({ A: z.string().default('a') }, nowhere).A).toBe('a')
  })

  it('refuses a file that is too large', () => {
    writeFileSync(join(secrets, 'LARGE'), 'x'.repeat(1_048_577))
    expect(messageOf(() => settings({ LARGE: z.string() }, options))).toContain(
      'is larger than 1 MiB',
    )
  })
})

describe('sources', () => {
  writeFileSync(join(directory, 'some.env'), 'A=file\nB=file\nC=file')
  const shape = { A: z.string(), B: z.string(), C: z.string(), PORT: z.int().default(1) }
  const options = { directory, files: ['some.env'], environment: { B: 'env', C: 'env' } }

  it('are read in their order: the first that has a setting wins', () => {
    const sources = [{ aws: { C: 'aws', PORT: 3 } }, 'environment', 'files'] as const
    const env = settings(shape, { ...options, sources })
    expect({ ...env }).toEqual({ A: 'file', B: 'env', C: 'aws', PORT: 3 })
    expect(sourcesOf(env)).toEqual(['some.env:1', 'environment', 'aws', 'aws'])
    expect(settings(shape, { ...options, sources: ['files', 'environment'] }).C).toBe('file')
  })

  it('hold parsed files, with numbers, lists and objects', () => {
    const config = { PORT: 3, FLAG: false, DB: { host: 'h', ports: [1, 2] }, NONE: null }
    const env = settings(
      {
        PORT: z.int(),
        FLAG: z.boolean(),
        DB: z.object({ host: z.string(), ports: z.array(z.int()), user: z.string() }),
        NONE: z.string().default('n'),
      },
      {
        ...at({ DB__USER: 'u' }),
        nested: '__',
        sources: ['environment', { 'config.json': config }],
      },
    )
    expect({ ...env }).toEqual({
      PORT: 3,
      FLAG: false,
      DB: { host: 'h', ports: [1, 2], user: 'u' },
      NONE: 'n',
    })
    expect(sourcesOf(env)[2]).toBe('DB__USER, environment')
  })

  it('are named in the message, each with its own', () => {
    const told = messageOf(() =>
      settings({ PORT: z.int() }, { ...at({}), sources: [{ aws: { PORT: 'x' } }, 'environment'] }),
    )
    expect(told).toContain('  PORT (aws): Invalid input')
    expect(told).toMatch(/Set them in aws, or in the environment$/)
  })
})

describe('options that contradict each other are refused:', () => {
  const shape = { PORT: z.int().default(1), port: z.int().default(1) }
  it.each<[string, object, string]>([
    ['an unknown source', { sources: ['env'] }, "a source is 'environment'"],
    ['values without a name', { sources: [{ PORT: '1' }] }, 'values below a name'],
    ['a source twice', { sources: ['files', 'files'] }, 'names a source twice'],
    [
      'files that are not a source',
      { files: ['x'], sources: ['environment'] },
      '`files` has no effect',
    ],
    ['no directory of secrets', { sources: ['secrets'] }, 'secretsDirectory:'],
    ['two names in one', { ignoreCase: true }, '"PORT" and "port" are one variable'],
    ['an alias of nothing', { aliases: { PROT: ['A'] } }, 'names "PROT", which is not a setting'],
    ['an alias of itself', { aliases: { PORT: ['PORT'] } }, 'is an alias of itself'],
    ['an alias that is not a list', { aliases: { PORT: 'A' } }, 'must be a list of names'],
    ['an empty separator', { nested: '' }, '`nested` is empty'],
  ])('%s', (_, options, words) => {
    expect(messageOf(() => settings(shape, { directory, ...options }))).toContain(words)
  })
})

describe('check', () => {
  const shape = {
    MODE: z.enum(['local', 'live']).default('local'),
    SECRET_KEY: z.string().default('change-me'),
    PORT: z.int().default(8000),
    URL: z.string().default('http://localhost'),
  }
  const read = (environment: Environment) =>
    settings(shape, {
      ...at(environment),
      prefix: 'MY_',
      check: (env, fail) => {
        if (env.MODE === 'live' && env.SECRET_KEY === 'change-me')
          fail('SECRET_KEY', 'Must be changed in live mode')
        if (env.URL === env.SECRET_KEY) fail('URL', `${env.URL} is the key`)
        if (env.PORT < 1024) fail('PORT', 'Must be 1024 or more')
      },
    })

  it('reports its problems with those of single settings', () => {
    const told = messageOf(() => read({ MY_MODE: 'live', MY_PORT: 'x' }))
    expect(told.split('\n').slice(0, 3)).toEqual([
      '2 settings are missing or wrong:',
      '  MY_PORT (environment): Invalid input: expected number, received string; got "x"; write for example MY_PORT=8000',
      '  MY_SECRET_KEY (default): Must be changed in live mode; write for example MY_SECRET_KEY=<the secret>',
    ])
  })

  it('passes valid settings', () => {
    expect(read({ MY_PORT: '2000' }).PORT).toBe(2000)
  })

  it('shows no secret of another setting', () => {
    const told = messageOf(() => read({ MY_URL: 'hunter2', MY_SECRET_KEY: 'hunter2' }))
    expect(told).toContain('  MY_URL (environment): [redacted] is the key')
    expect(told).not.toContain('hunter2')
  })

  it('is synchronous, and names settings', () => {
    const check = async () => {}
    expect(messageOf(() => settings(shape, { ...at({}), check }))).toContain('must not be async')
    const wrong = (_: unknown, fail: (name: never, message: string) => void) =>
      fail('X' as never, 'y')
    expect(messageOf(() => settings(shape, { ...at({}), check: wrong }))).toContain(
      '`check` names "X", which is not a setting',
    )
  })

  it('is for a shape, and .refine() for an object schema', () => {
    const options = { ...at({}), check: () => {} }
    expect(messageOf(() => settings(z.object(shape), options))).toContain('its .refine()')
  })
})

describe('the default of a nested setting', () => {
  const read = (environment: Environment) =>
    settings(
      {
        DB: z
          .object({
            host: z.string(),
            port: z.int(),
            tls: z.stringbool(),
            pool: z.object({ min: z.int(), max: z.int() }),
          })
          .default({ host: 'localhost', port: 5432, tls: true, pool: { min: 1, max: 10 } }),
      },
      { ...at(environment), nested: '__' },
    ).DB

  it('is changed member by member', () => {
    expect(read({})).toMatchObject({ host: 'localhost', tls: true })
    expect(read({ DB__PORT: '1' })).toEqual({
      host: 'localhost',
      port: 1,
      tls: true,
      pool: { min: 1, max: 10 },
    })
    expect(read({ DB__POOL__MAX: '5' }).pool).toEqual({ min: 1, max: 5 })
  })

  it('gives way to JSON, whose members are changed one by one as well', () => {
    const json = '{"host":"h","port":2,"tls":"no","pool":{"min":3,"max":4}}'
    expect(read({ DB: json, DB__POOL__MAX: '5' })).toEqual({
      host: 'h',
      port: 2,
      tls: false,
      pool: { min: 3, max: 5 },
    })
  })
})
