import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, it } from 'vitest'
import * as z from 'zod'
import { apiKey } from '../auth/schemes/api-key.ts'
import { bearer } from '../auth/schemes/bearer.ts'
import { dependency } from '../dependencies/dependency.ts'
import { cookie, header, query } from '../dependencies/parameter.ts'
import { errorType } from '../errors/error-type.ts'
import { createdAt, id, owner } from '../models/field.ts'
import { model } from '../models/model.ts'
import { file, form } from '../http/form.ts'
import { router } from '../routing/router.ts'
import { jsonLines, sse } from '../http/stream.ts'
import { documentOf } from './documented.fixture.ts'

const run = promisify(execFile)
const redocly = fileURLToPath(
  new URL('../../../../node_modules/@redocly/cli/bin/cli.js', import.meta.url),
)

const Task = model('tasks', {
  id: id(),
  title: z.string().min(1).max(200),
  size: z.bigint().nullable(),
  dueAt: z.date().nullable(),
  labels: z.array(z.string()).default([]),
  userId: owner(),
  createdAt: createdAt(),
})
const full = errorType('FULL', { status: 409, title: 'Full', data: z.object({ limit: z.int() }) })
const user = dependency({ token: bearer() }, ({ token }) => token, { errors: [401, 503] })
const page = dependency(
  {
    limit: query(z.int().min(1).max(100).default(20)),
    ids: query(z.array(z.uuid()).optional()),
    theme: cookie(z.enum(['light', 'dark']).optional()),
    ifMatch: header(z.string().optional(), { deprecated: true }),
  },
  ({ limit }) => limit,
)
const Cat = z.object({ kind: z.literal('cat'), lives: z.int() }).meta({ id: 'Cat' })
const Dog = z
  .object({ kind: z.literal('dog'), at: z.date().default(new Date(0)) })
  .meta({ id: 'Dog' })
const Pet = z.discriminatedUnion('kind', [Cat, Dog]).meta({ id: 'Pet' })
const Folder = z.object({
  name: z.string(),
  get folders() {
    return z.array(Folder).optional()
  },
})
Folder.register(z.globalRegistry, { id: 'Folder' })

/** A document with every kind of input and response. */
function everything() {
  const none = (() => undefined) as never
  const tasks = router('/api/tasks', { dependencies: { user }, errors: [403] })
  const open = router('/open', {
    dependencies: {
      who: dependency(
        { token: bearer({ required: false }), key: apiKey('x-api-key', { required: false }) },
        () => 'anyone',
      ),
    },
  })
  const key = { params: z.object({ id: z.uuid() }), errors: [404] }
  return documentOf(
    {
      tasks: {
        list: tasks.get('/', { response: z.array(Task), dependencies: { page } }, none),
        create: tasks.post(
          '/',
          { body: Task.$create, response: Task, status: 201, errors: [full, 409] },
          none,
        ),
        stats: tasks.get('/stats', { response: z.record(z.string(), z.int()) }, none),
        read: tasks.get('/:id', { ...key, response: Task }, none),
        update: tasks.patch('/:id', { ...key, body: Task.$update, response: Task }, none),
        remove: tasks.delete('/:id', { ...key, status: 204 }, none),
      },
      open: {
        watch: open.get('/watch', { response: sse(z.object({ at: z.date() })) }, none),
        dump: open.get('/dump', { response: jsonLines(Task) }, none),
        upload: open.post(
          '/files/:path*',
          { body: form({ caption: z.string(), image: file({ types: ['image/png'] }) }) },
          none,
        ),
        login: open.post(
          '/login',
          { body: form({ name: z.string() }), response: z.custom() },
          none,
        ),
        pet: open.put('/pet', { body: Pet.optional(), response: Pet.nullable() }, none),
        folder: open.put('/folder', { body: Folder, response: Folder }, none),
        search: open.get('/search', { query: z.object({ since: z.date().optional() }) }, none),
      },
    },
    {
      description: 'Everything at once.',
      license: { name: 'MIT', identifier: 'MIT' },
      tags: [
        { name: 'tasks', description: 'Tasks.' },
        { name: 'open', description: 'For all.' },
      ],
    },
  )
}

it('the document matches the meta-schema of OpenAPI 3.1', async () => {
  const validator = new Validator()
  const result = await validator.validate(
    JSON.parse(JSON.stringify(everything())) as Record<string, unknown>,
  )
  expect(result.errors ?? []).toEqual([])
  expect(result.valid).toBe(true)
  expect(validator.version).toBe('3.1')
})

it('the document passes the recommended rules of Redocly without errors or warnings', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-openapi-'))
  try {
    const path = join(folder, 'openapi.json')
    await writeFile(path, JSON.stringify(everything()))
    const { stdout } = await run(
      process.execPath,
      [redocly, 'lint', path, '--extends', 'recommended', '--format', 'json'],
      {
        cwd: folder,
        env: {
          ...process.env,
          CI: 'true',
          REDOCLY_TELEMETRY: 'off',
          REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
        },
      },
    )
    const { totals, problems } = JSON.parse(stdout) as {
      totals: { errors: number; warnings: number }
      problems: { ruleId: string; message: string; location: { pointer?: string }[] }[]
    }
    const found = problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer}`)
    expect(found).toEqual([])
    expect(totals).toMatchObject({ errors: 0 })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
