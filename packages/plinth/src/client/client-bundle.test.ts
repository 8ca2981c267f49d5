import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'

const room = import.meta.dirname

/** Bundles an entry point, or a page that imports it, for a browser. */
async function bundle(entry: string, page?: string) {
  const plugin = {
    name: 'page',
    resolveId: (id: string) => (id === 'page' ? id : null),
    load: (id: string) => (id === 'page' ? (page ?? null) : null),
  }
  const input = page === undefined ? join(room, entry) : 'page'
  const built = await rolldown({ input, platform: 'browser', plugins: [plugin] })
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
    expect(code).not.toMatch(/\bBuffer\b/)
    expect(code).not.toMatch(/node:|process\.|zod|drizzle|pglite|jose|hono|pino|select |better/i)
  })
  it('is at most 6.5 kB, gzipped', async () => {
    const { code } = await bundle(entry)
    expect(gzipSync(code).length).toBeLessThanOrEqual(6656)
  })
})

describe('the bundle of a page', () => {
  const importing = (names: string): string =>
    `export { ${names} } from ${JSON.stringify(join(room, 'client.ts'))}`
  it('that makes calls is at most 4.2 kB, gzipped, and has nothing of sockets', async () => {
    const { code } = await bundle('client.ts', importing('client, pages, ClientError'))
    expect(gzipSync(code).length).toBeLessThanOrEqual(4200)
    expect(code).not.toContain('WebSocket')
  })
  it('that reads event streams is at most 5 kB, gzipped, and has nothing of sockets', async () => {
    const { code } = await bundle('client.ts', importing('client, events, pages, ClientError'))
    expect(gzipSync(code).length).toBeLessThanOrEqual(5120)
    expect(code).not.toContain('WebSocket')
  })
  it('that opens sockets has them', async () => {
    const { code } = await bundle('client.ts', importing('client, socket'))
    expect(code).toContain('WebSocket')
  })
})
