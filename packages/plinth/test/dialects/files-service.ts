import {
  app,
  bytes,
  createLogger,
  file,
  form,
  header,
  html,
  jsonLines,
  notFound,
  redirect,
  router,
  text,
} from 'plinth'
import * as z from 'zod'

const Stored = z
  .object({
    name: z.string(),
    type: z.string(),
    size: z.int(),
    tags: z.array(z.string()),
    at: z.date(),
    place: z.tuple([z.number(), z.number()]).nullable(),
  })
  .meta({ id: 'Stored' })
const Queued = z.object({ job: z.uuid(), state: z.literal('queued') }).meta({ id: 'Queued' })
const Resize = z.object({ kind: z.literal('resize'), width: z.int().min(1) }).meta({ id: 'Resize' })
const Rename = z.object({ kind: z.literal('rename'), to: z.string() }).meta({ id: 'Rename' })
const Change = z.discriminatedUnion('kind', [Resize, Rename]).meta({ id: 'Change' })
const Upload = form({
  title: z.string().max(100),
  tags: z.array(z.string()).default([]),
  content: file({ maxSize: 10_000 }),
  cover: file({ maxSize: 1000 }).optional(),
})

/** A service of files: forms, bytes, pages, several responses, unions, and parameters of every kind. */
export function filesService() {
  const kept = new Map<string, { stored: z.infer<typeof Stored>; content: File }>()
  const files = router('/files', { errors: [404] })
  const byName = { params: z.object({ name: z.string() }) }
  const found = (name: string) => {
    const one = kept.get(name)
    if (one === undefined) throw notFound('There is no such file')
    return one
  }
  const sizes = z.array(z.int()).default([])
  return app({
    title: 'Files',
    log: createLogger({ level: 'silent' }),
    routes: {
      files: {
        upload: files.post('/', { body: Upload, response: { 201: Stored } }, ({ body }) => {
          const { content, tags, title: name } = body
          const { type, size } = content
          const stored = { name, type, size, tags, at: new Date(0), place: null }
          kept.set(name, { stored, content })
          return stored
        }),
        list: files.get(
          '/',
          {
            query: z.object({ sizes, since: z.iso.date().optional() }),
            dependencies: { xSource: header(z.enum(['web', 'app']).optional()) },
            response: z.object({ files: z.array(Stored), source: z.string().nullable() }),
          },
          ({ query, xSource }) => ({
            files: [...kept.values()]
              .map(({ stored }) => stored)
              .filter(({ size }) => query.sizes.length === 0 || query.sizes.includes(size)),
            source: xSource ?? null,
          }),
        ),
        download: files.get(
          '/:name',
          { ...byName, response: bytes('application/octet-stream') },
          ({ params }) => found(params.name).content,
        ),
        page: files.get('/:name/page', { ...byName, response: html() }, ({ params }) => {
          const { name, size } = found(params.name).stored
          return `<p>${name}: ${size}</p>`
        }),
        summary: files.get('/:name/summary', { ...byName, response: text() }, ({ params }) => {
          const { name, size } = found(params.name).stored
          return `${name}: ${size}`
        }),
        change: files.post(
          '/:name/change',
          { ...byName, body: Change, response: { 200: Stored, 202: Queued } },
          ({ params, body, respond }) => {
            const { stored } = found(params.name)
            if (body.kind === 'rename') return respond(200, { ...stored, name: body.to })
            return respond(202, { job: crypto.randomUUID(), state: 'queued' })
          },
        ),
        latest: files.get('/:name/latest', { ...byName, response: { 303: redirect() } }, (given) =>
          given.respond(303, `/files/${found(given.params.name).stored.name}`),
        ),
        lines: files.get(
          '/:name/lines',
          { ...byName, response: jsonLines(Stored) },
          async function* ({ params }) {
            yield found(params.name).stored
          },
        ),
        remove: files.delete('/:name', { ...byName, status: 204 }, ({ params }) => {
          found(params.name)
          kept.delete(params.name)
        }),
      },
    },
  })
}
