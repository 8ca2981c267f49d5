import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
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
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

describe('settings(z.object(…))', () => {
  const Env = z
    .object({
      MODE: z.enum(['local', 'live']).default('local'),
      SECRET_KEY: z.string().default('change-me'),
      PORT: z.int().default(8000),
    })
    .refine(({ MODE, SECRET_KEY }) => MODE === 'local' || SECRET_KEY !== 'change-me', {
      path: ['SECRET_KEY'],
      message: 'Must be changed in live mode',
    })

  it('has the values of its members', () => {
    const env = settings(Env, at({ PORT: '1' }))
    expect({ ...env }).toEqual({ MODE: 'local', SECRET_KEY: 'change-me', PORT: 1 })
    expect(Object.isFrozen(env)).toBe(true)
    expect(describeSettings(env).map(({ name, source }) => [name, source])).toEqual([
      ['MODE', 'default'],
      ['SECRET_KEY', 'default'],
      ['PORT', 'environment'],
    ])
  })

  it('checks settings against each other, and names the setting', () => {
    const told = messageOf(() => settings(Env, at({ MODE: 'live' })))
    expect(told).toMatch(/^1 setting is missing or wrong:\n {2}SECRET_KEY .*/)
    const wrong = messageOf(() => settings(Env, at({ MODE: 'live', SECRET_KEY: 'change-me' })))
    expect(wrong).toContain('  SECRET_KEY (environment): Must be changed in live mode;')
  })

  it('reports single settings first', () => {
    expect(messageOf(() => settings(Env, at({ MODE: 'x', PORT: 'y' })))).toMatch(
      /^2 settings are missing or wrong:\n {2}MODE .*\n {2}PORT /,
    )
  })

  it('says a check without a path as it is', () => {
    const Both = Env.refine(({ PORT }) => PORT > 5, 'Use a higher port')
    expect(messageOf(() => settings(Both, at({ PORT: '1' })))).toContain('\n  Use a higher port\n')
  })

  it('computes values, and hides the secrets in them', () => {
    const Computed = z
      .object({ DB_HOST: z.string(), DB_PASSWORD: z.string() })
      .transform((env) => ({ ...env, url: `postgres://app:${env.DB_PASSWORD}@${env.DB_HOST}/app` }))
    const password = 'a-long-password-of-the-database'
    const env = settings(Computed, at({ DB_HOST: 'db', DB_PASSWORD: password }))
    expect(env.url).toBe(`postgres://app:${password}@db/app`)
    expect(inspect(env)).not.toContain(password)
    expect(describeSettings(env).find(({ name }) => name === 'url')).toMatchObject({
      source: 'computed',
      value: expect.stringContaining('@db/app'),
    })
  })
})

describe('prefix', () => {
  it('begins every name, in messages too', () => {
    const shape = { PORT: z.int(), API_TOKEN: z.string().default('') }
    const options = { ...at({ PORT: '1', MY_PORT: '2' }), prefix: 'MY_' }
    expect(settings(shape, options).PORT).toBe(2)
    expect(messageOf(() => settings(shape, { ...at({ PORT: '1' }), prefix: 'MY_' }))).toContain(
      '  MY_PORT is not set; write for example MY_PORT=',
    )
  })
})

describe('nested', () => {
  const shape = {
    DB: z.object({
      HOST: z.string(),
      port: z.int().default(5432),
      PASSWORD: z.string().optional(),
      pool: z.object({ max: z.int().default(10) }).prefault({}),
    }),
  }
  const read = (environment: Environment) => settings(shape, { ...at(environment), nested: '__' })

  it('reads the members of an object by their own names', () => {
    const env = read({ DB__HOST: 'a', DB__PORT: '1', DB__pool__max: '3' })
    expect(env.DB).toEqual({ HOST: 'a', port: 1, pool: { max: 3 } })
    expect(read({ DB__HOST: 'a', DB__POOL__MAX: '4' }).DB.pool.max).toBe(4)
  })

  it('lets a member win over the JSON of the object', () => {
    expect(read({ DB: '{"HOST":"a","port":2}', DB__PORT: '3' }).DB).toEqual({
      HOST: 'a',
      port: 3,
      pool: { max: 10 },
    })
  })

  it('names the member that is missing or wrong', () => {
    expect(messageOf(() => read({}))).toContain(
      '  DB__HOST is not set; write for example DB__HOST=',
    )
    expect(messageOf(() => read({ DB__HOST: 'a', DB__PORT: 'x' }))).toContain(
      '  DB__PORT (environment): ',
    )
  })

  it('is an object of defaults without any variable', () => {
    const inner = { DB: z.object({ port: z.int().default(5432) }) }
    expect(settings(inner, { ...at({}), nested: '__' }).DB).toEqual({ port: 5432 })
    const outer = { DB: z.object({ port: z.int() }).optional() }
    expect(settings(outer, { ...at({}), nested: '__' }).DB).toBeUndefined()
  })

  it('hides the secrets among the members', () => {
    const password = 'the-password-of-a-member'
    const env = read({ DB__HOST: 'a', DB__PASSWORD: password })
    expect(inspect(env)).not.toContain(password)
    expect(redact(`it is ${password}`)).not.toContain(password)
    expect(env.DB.PASSWORD).toBe(password)
  })
})

describe('a secret in a file', () => {
  const file = join(directory, 'secret')
  writeFileSync(file, 'the secret of a file\n')

  it('is read without its last line break, and is hidden', () => {
    const env = settings({ DB_PASSWORD: z.string() }, at({ DB_PASSWORD_FILE: file }))
    expect(env.DB_PASSWORD).toBe('the secret of a file')
    expect(describeSettings(env)).toEqual([
      {
        name: 'DB_PASSWORD',
        source: `${file} (DB_PASSWORD_FILE, environment)`,
        value: '[redacted]',
      },
    ])
  })

  it('gives way to the variable itself, and not to an empty one', () => {
    const read = (own: string) =>
      settings({ A: secret(z.string()) }, at({ A: own, A_FILE: file })).A
    expect([read('own'), read('')]).toEqual(['own', 'the secret of a file'])
  })

  it('names the variable and the file if it cannot be read', () => {
    expect(
      messageOf(() => settings({ A: secret(z.string()) }, at({ A_FILE: '/nowhere/a' }))),
    ).toContain('  A (A_FILE, environment): the file /nowhere/a cannot be read (ENOENT)')
  })

  it('is for secrets only, and not for a setting that is declared itself', () => {
    expect(settings({ LOG: z.string().default('x') }, at({ LOG_FILE: file })).LOG).toBe('x')
    const shape = { A_KEY: z.string().default('x'), A_KEY_FILE: z.string() }
    expect({ ...settings(shape, at({ A_KEY_FILE: file })) }).toEqual({
      A_KEY: 'x',
      A_KEY_FILE: file,
    })
  })
})

describe('a file that is not UTF-8', () => {
  const utf16 = (text: string) =>
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
  it.each<[string, Uint8Array, string]>([
    ['UTF-16', utf16('PORT=1\r\n'), '.env is in UTF-16, and not in UTF-8'],
    ['UTF-16, big endian', utf16('PORT=1').swap16(), '.env is in UTF-16'],
    ['UTF-16 without a mark', Buffer.from('A=1\nPORT=1', 'utf16le'), '.env:1 has a NUL byte'],
    ['a NUL byte', Buffer.from('A=1\nPORT=\0'), '.env:2 has a NUL byte'],
    [
      'Latin-1',
      Buffer.from('A=1\n\nPORT=caf\xe9', 'latin1'),
      '.env:3 has bytes that are not UTF-8',
    ],
    ['half a character', Buffer.from([0x41, 0x3d, 0xc3]), '.env:1 has bytes that are not UTF-8'],
  ])('stops the start: %s', (_, bytes, message) => {
    writeFileSync(join(directory, '.env'), bytes)
    const told = messageOf(() =>
      settings({ PORT: z.string().default('x') }, { directory, environment: {} }),
    )
    expect(told).toContain(message)
    expect(told).toMatch(/UTF-8/)
    expect(told).not.toContain('caf')
  })

  it('is another thing than a mark of UTF-8, umlauts and Windows line breaks', () => {
    writeFileSync(join(directory, '.env'), '\ufeffPORT=Süß 🙂\r\n')
    expect(settings({ PORT: z.string() }, { directory, environment: {} }).PORT).toBe('Süß 🙂')
    rmSync(join(directory, '.env'))
  })
})
