import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { childEnvironment } from '../support/child-environment.ts'

const repository = join(import.meta.dirname, '../../../..')

/** Runs the reference backend's tests through this proxy on a real Postgres. */
async function suiteThrough(way: 'neon' | 'pgbouncer'): Promise<{ code: number; said: string }> {
  const child = spawn(
    process.execPath,
    [
      join(repository, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config=scripts/test/through.config.ts',
      'apps/api',
    ],
    {
      cwd: repository,
      env: { ...childEnvironment(), PLINTH_TEST_THROUGH: way },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = (await once(child, 'close')) as [number]
  return { code, said: (await output).join('\n') }
}

it("the reference backend's suite passes through Neon's driver", { tags: 'postgres' }, async () => {
  const { code, said } = await suiteThrough('neon')
  expect(said).toMatch(/\n[1-9]\d+ passed, 0 failed/)
  expect(said).toMatch(/through Neon's driver: \d{3,} statements by HTTP, [1-9]\d* connections/)
  expect(code).toBe(0)
})

it(
  "the reference backend's suite passes through pgbouncer in transaction mode",
  { tags: ['postgres', 'pgbouncer'] },
  async () => {
    const { code, said } = await suiteThrough('pgbouncer')
    expect(said).toMatch(/\n[1-9]\d+ passed, 0 failed/)
    expect(said).toMatch(/through pgbouncer \d\S+: \d{3,} transactions/)
    expect(code).toBe(0)
  },
)
