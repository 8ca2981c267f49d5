import { afterEach, describe, expect, it, vi } from 'vitest'
import { type DatabaseOptions, database, sharedOf } from '../../database.ts'
import { isPooled } from '../database-url.ts'
import { NeonDriver } from './neon-driver.ts'
import { serverlessPlatform } from '../platform.ts'
import { child } from '../../../../test/support/child.ts'

const neon = 'postgres://ann:secret@ep-cool-name-123.eu-central-1.aws.neon.tech/app'
const usesNeon = (url: string, options: DatabaseOptions = {}): boolean =>
  sharedOf(database(url, options), 'the test').driver instanceof NeonDriver

afterEach(() => vi.unstubAllEnvs())

describe('the driver', () => {
  it('is pg on your own machine, for any host', () => {
    expect(usesNeon(neon)).toBe(false)
    expect(usesNeon('postgres://ann@localhost/app')).toBe(false)
  })

  it.each(['VERCEL', 'NETLIFY', 'CF_PAGES', 'AWS_LAMBDA_FUNCTION_NAME'])(
    'is Neon’s for a host of Neon’s where %s is set',
    (name) => {
      vi.stubEnv(name, '1')
      expect(usesNeon(neon)).toBe(true)
      expect(usesNeon('postgres://ann@localhost/app')).toBe(false)
      expect(usesNeon('postgres://ann@neon.tech.example/app')).toBe(false)
      expect(usesNeon(neon, { driver: 'pg' })).toBe(false)
    },
  )

  it('is the one that the options name', () => {
    expect(usesNeon('postgres://ann@localhost/app', { driver: 'neon' })).toBe(true)
    expect(usesNeon('pglite:memory', { driver: 'neon' })).toBe(false)
  })

  it('explains what to do when it is not installed', async () => {
    const { output, code } = await child(
      `const { registerHooks } = await import('node:module')
      registerHooks({ resolve(name, context, next) {
        if (name === '@neondatabase/serverless')
          throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
        return next(name, context)
      } })
      const db = database('${neon}', { driver: 'neon' })
      for (const asked of [() => db.open(), () => db.execute('select 1'), () => db.transaction((tx) => tx.execute('select 1'))])
        await asked().catch((error) => console.log(error.code, error.message))`,
    ).ended()
    const [first, ...more] = output.trim().split('\n')
    expect(first).toContain('PLINTH_DATABASE_DRIVER_MISSING')
    expect(first).toContain('npm install @neondatabase/serverless')
    expect(more).toEqual([first, first])
    expect(code).toBe(0)
  })
})

describe('serverlessPlatform()', () => {
  it('detects a platform by its environment variables', () => {
    expect(serverlessPlatform({ AWS_LAMBDA_FUNCTION_NAME: 'x' })).toBe('aws-lambda')
    expect(serverlessPlatform({ VERCEL: '' })).toBeUndefined()
    expect(serverlessPlatform({ HOME: '/root' })).toBeUndefined()
  })
})

describe('isPooled()', () => {
  it.each([
    ['postgres://ann@ep-cool-name-123-pooler.eu-central-1.aws.neon.tech/app', true],
    [neon, false],
    ['postgres://ann@my-pooler-host.example/app', false],
    ['pglite:memory', false],
  ])('%s: %j', (url, expected) => {
    expect(isPooled(url)).toBe(expected)
  })
})
