import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'

const room = import.meta.dirname

/** Bundles an entry point for a browser. */
async function bundle(entry: string) {
  const built = await rolldown({ input: join(room, entry), platform: 'browser' })
  const { output } = await built.generate({ minify: true })
  const [chunk] = output
  return { code: chunk.code, modules: chunk.moduleIds, imports: chunk.imports }
}

describe.each(['client.ts', 'tanstack.ts'])('the bundle of %s', (entry) => {
  it('contains only modules of the client, and no server code', async () => {
    const { code, modules, imports } = await bundle(entry)
    expect(modules).toContain(join(room, entry))
    expect(modules.filter((module) => !module.startsWith(`${room}/`))).toEqual([])
    expect(imports).toEqual([])
    expect(code).not.toMatch(
      /node:|process\.|Buffer|zod|drizzle|pglite|jose|hono|pino|select |better/i,
    )
  })
  it('is at most 4 kB, gzipped', async () => {
    const { code } = await bundle(entry)
    expect(gzipSync(code).length).toBeLessThanOrEqual(4096)
  })
})
