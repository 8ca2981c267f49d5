import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'

const room = import.meta.dirname

/** What a browser would be sent of an entry. */
async function bundle(entry: string) {
  const built = await rolldown({ input: join(room, entry), platform: 'browser' })
  const { output } = await built.generate({ minify: true })
  const [chunk] = output
  return { code: chunk.code, modules: chunk.moduleIds, imports: chunk.imports }
}

describe.each(['client.ts', 'tanstack.ts'])('the bundle of %s', (entry) => {
  it('is of this room alone, and names nothing of a server', async () => {
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
