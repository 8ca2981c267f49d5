// Files that are streamed to disk: forms over real sockets, limits, and what is left on disk.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as z from 'zod'
import {
  app,
  bearer,
  dependency,
  file,
  form,
  router,
  serve,
  unauthorized,
  type Limits,
} from '../../src/index.ts'
import { client } from '../../src/client/client.ts'
import { conformance } from '../../src/testing/index.ts'

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'plinth-test-uploads-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const hashOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex')

/** An app with uploads into a folder of this test. */
function uploads(limits: Partial<Limits> = {}) {
  const directory = folder()
  const video = file({ stream: true, maxSize: 100_000, directory, types: ['video/mp4'] })
  const photos = z.array(file({ stream: true, maxSize: 1000, directory })).max(2)
  const Body = form({
    title: z.string().max(20),
    video: video.optional(),
    photos: photos.default([]),
    icon: file({ maxSize: 100 }).optional(),
    age: z.int().optional(),
  })
  const posts = router('')
  const send = posts.post('/', { body: Body }, async ({ body }) => ({
    title: body.title,
    video: body.video && {
      name: body.video.name,
      type: body.video.type,
      size: body.video.size,
      text: (await body.video.text()).slice(0, 5),
      mode: (statSync(body.video.path).mode & 0o777).toString(8),
    },
    photos: await Promise.all(
      body.photos.map(async (one) => [one.name, await one.text()] as const),
    ),
    icon: body.icon?.size,
    stored: readdirSync(directory).length,
  }))
  const api = app({ title: 'Uploads', routes: { posts: { send } }, limits })
  return { api, directory, left: () => readdirSync(directory) }
}

const mp4 = (size: number): File =>
  new File(['x'.repeat(size)], '../ünï.mp4', { type: 'video/mp4' })

async function send(
  api: { fetch: (request: Request) => Response | Promise<Response> },
  body: FormData | string,
  type?: string,
) {
  const headers = type === undefined ? {} : { 'content-type': type }
  const response = await api.fetch(new Request('http://test/', { method: 'POST', body, headers }))
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}
const formOf = (...parts: [name: string, value: string | File][]): FormData => {
  const data = new FormData()
  for (const [name, value] of parts) data.append(name, value)
  return data
}

describe('a form with files that are streamed', () => {
  it('gives the handler files on disk that only this user can read, and removes them afterwards', async () => {
    const { api, left } = uploads()
    const body = formOf(
      ['title', 'Tëst'],
      ['photos', new File(['one'], 'a.png')],
      ['video', mp4(90_000)],
      ['photos', new File(['two'], '.b')],
      ['icon', new File(['icon'], 'i')],
    )
    expect(await send(api, body)).toEqual({
      status: 200,
      json: {
        title: 'Tëst',
        video: { name: 'ünï.mp4', type: 'video/mp4', size: 90_000, text: 'xxxxx', mode: '600' },
        photos: [
          ['a.png', 'one'],
          ['b', 'two'],
        ],
        icon: 4,
        stored: 3,
      },
    })
    expect(left()).toEqual([])
  })
  it('takes inputs of a browser that were not touched as absent', async () => {
    const { api } = uploads()
    const empty = new File([], '')
    const body = formOf(['title', ''], ['video', empty], ['photos', empty], ['age', ''])
    expect((await send(api, body)).json).toEqual({ title: '', photos: [], stored: 0 })
  })
  it('keeps an empty file that has a name', async () => {
    const { api } = uploads()
    const body = formOf(['title', 'x'], ['photos', new File([], 'empty.txt')])
    expect((await send(api, body)).json).toMatchObject({ photos: [['empty.txt', '']], stored: 1 })
  })
  it.each<[string, number, FormData, RegExp]>([
    [
      'larger than its maxSize',
      413,
      formOf(['title', 'x'], ['video', mp4(100_001)]),
      /The file \\"video\\" is larger than 100000 bytes/,
    ],
    [
      'of another type',
      422,
      formOf(['title', 'x'], ['video', new File(['x'], 'a')]),
      /expected video\/mp4/,
    ],
    [
      'sent twice',
      422,
      formOf(['title', 'x'], ['video', mp4(1)], ['video', mp4(1)]),
      /Sent more than once/,
    ],
    [
      'one too many',
      422,
      formOf(['title', 'x'], ...[1, 2, 3].map((): [string, File] => ['photos', mp4(1)])),
      /Too many files: expected at most 2/,
    ],
    [
      'of a name that the form does not have',
      422,
      formOf(['title', 'x'], ['video', mp4(9)], ['no', mp4(1)]),
      /Unrecognized key/,
    ],
    ['beside a wrong text', 422, formOf(['title', 'x'.repeat(21)], ['video', mp4(9)]), /Too big/],
    [
      'in memory and too large',
      422,
      formOf(['title', 'x'], ['video', mp4(9)], ['icon', mp4(101)]),
      /Too big/,
    ],
  ])(
    'refuses a file that is %s with a %i, and leaves no file',
    async (_, status, body, message) => {
      const { api, left } = uploads()
      const response = await send(api, body)
      expect(response.status).toBe(status)
      expect(JSON.stringify(response.json)).toMatch(message)
      expect(left()).toEqual([])
    },
  )
  it('limits the texts and the files in memory to the limit of other bodies', async () => {
    const { api, left } = uploads({ body: 1000 })
    const body = formOf(['title', 'x'], ['video', mp4(50_000)], ['age', '1'.repeat(1000)])
    expect(await send(api, body)).toMatchObject({
      status: 413,
      json: { detail: 'The body is larger than 1000 bytes' },
    })
    expect(left()).toEqual([])
  })

  const part = (headers: string, content = 'abc') => `--b\r\n${headers}\r\n\r\n${content}\r\n`
  const title = part('Content-Disposition: form-data; name="title"')
  const video = (name: string) =>
    part(`Content-Disposition: form-data; ${name}filename="v"\r\nContent-Type: video/mp4`)
  it.each([
    ['without its last boundary', `${title}${video('name="video"; ').slice(0, -2)}`],
    ['with a part without a name', `${title}${video('')}--b--`],
    ['with a part without headers', `${title}--b\r\n\r\nabc\r\n--b--`],
    ['with headers that never end', `${title}--b\r\nContent-Disposition: form-data\r\n--b--`],
    [
      'with another disposition',
      `${title}${part('Content-Disposition: attachment; name="x"')}--b--`,
    ],
    [
      'with text that is not UTF-8',
      `--b\r\nContent-Disposition: form-data; name="ti\xfftle"\r\n\r\nx\r\n--b--`,
    ],
    ['with more than 1000 parts', `${title.repeat(1001)}--b--`],
    ['of text', 'hello'],
  ])('refuses a body %s with a 400, and leaves no file', async (_, body) => {
    const { api, left } = uploads()
    const bytes = new Blob([Buffer.from(body, 'latin1')])
    const response = await api.fetch(
      new Request('http://test/', {
        method: 'POST',
        body: bytes,
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
      }),
    )
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('PLINTH_MALFORMED_BODY'),
    ])
    expect(left()).toEqual([])
  })
  it('takes a form that arrives in one piece', async () => {
    const { api } = uploads()
    const content = Buffer.from(
      `${title}${video('name="video"; ').slice(0, -5)}${'x'.repeat(99_000)}\r\n--b--\r\n`,
    )
    const request = new Request('http://test/', {
      method: 'POST',
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(content))
          controller.close()
        },
      }),
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      duplex: 'half',
    })
    const response = await api.fetch(request)
    expect(await response.json()).toMatchObject({ video: { size: 99_000 } })
  })
  it('refuses a form without a boundary, and one of another type', async () => {
    const { api } = uploads()
    expect((await send(api, 'x', 'multipart/form-data; charset=x')).status).toBe(400)
    expect((await send(api, 'title=x', 'application/x-www-form-urlencoded')).status).toBe(415)
    expect((await send(api, '', 'multipart/form-data; boundary=b')).status).toBe(422)
  })
  it('is documented as files, conforms, and is sent by the typed client', async () => {
    const { api, left } = uploads()
    const calls = client<typeof api>('http://test', { fetch: (request) => api.fetch(request) })
    const sent = await calls.post('/', {
      body: { title: 'x', video: mp4(10), photos: [mp4(1)] },
      form: true,
    })
    expect(sent).toMatchObject({ video: { size: 10 }, stored: 2 })
    const body = api.openapi().paths?.['/']?.['post']?.requestBody
    expect(body).toMatchObject({
      content: {
        'multipart/form-data': {
          schema: { properties: { video: { format: 'binary', maxLength: 100_000 } } },
          encoding: { video: { contentType: 'video/mp4' } },
        },
      },
    })
    expect((await conformance(api, { seed: 2, runs: 10 })).findings).toEqual([])
    expect(left()).toEqual([])
  })
})

describe('moveTo()', () => {
  const moving = () => {
    const directory = folder()
    const kept = folder()
    const posts = router('')
    const Body = form({ video: file({ stream: true, maxSize: 1000, directory }), to: z.string() })
    const save = posts.post('/', { body: Body }, async ({ body }) => {
      await body.video.moveTo(body.to)
      return { path: body.video.path }
    })
    const api = app({ title: 'Moves', routes: { posts: { save } } })
    return { api, directory, kept }
  }
  it('keeps the file, under the name that the app chose', async () => {
    const { api, directory, kept } = moving()
    const to = join(kept, 'mine')
    const { json } = await send(api, formOf(['video', mp4(9)], ['to', to]))
    expect(json).toEqual({ path: to })
    expect(await readFile(to, 'utf8')).toBe('x'.repeat(9))
    expect(readdirSync(directory)).toEqual([])
  })
  it.skipIf(!statSync('/dev/shm', { throwIfNoEntry: false }))(
    'copies the file to another file system',
    async () => {
      const { api, directory } = moving()
      const to = `/dev/shm/plinth-test-${crypto.randomUUID()}`
      onTestFinished(() => rmSync(to, { force: true }))
      expect((await send(api, formOf(['video', mp4(9)], ['to', to]))).status).toBe(200)
      expect(await readFile(to, 'utf8')).toBe('x'.repeat(9))
      expect(readdirSync(directory)).toEqual([])
    },
  )
  it('never replaces a file that exists', async () => {
    const { api, directory, kept } = moving()
    const to = join(kept, 'mine')
    writeFileSync(to, 'first')
    expect((await send(api, formOf(['video', mp4(9)], ['to', to]))).status).toBe(500)
    expect(await readFile(to, 'utf8')).toBe('first')
    expect(readdirSync(directory)).toEqual([])
  })
})

/** Begins an upload over a socket; the end of the body is sent by `finish()`. */
function begin(port: number, headers: Record<string, string> = {}) {
  const sent = httpRequest({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/',
    agent: false,
    headers: { 'content-type': 'multipart/form-data; boundary=b', ...headers },
  })
  const status = new Promise<number>((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
  })
  status.catch(() => undefined)
  sent.write(
    '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name="video"; filename="v"\r\nContent-Type: video/mp4\r\n\r\n',
  )
  sent.write('x'.repeat(20_000))
  return { sent, status, finish: () => sent.end('\r\n--b--\r\n') }
}

describe('an upload over a socket', () => {
  const started = async (limits: Partial<Limits> = {}) => {
    const made = uploads(limits)
    const server = await serve(made.api, { port: 0, hostname: '127.0.0.1', signals: false })
    onTestFinished(() => server.close())
    return { ...made, port: server.port }
  }
  it('that breaks off in the middle leaves no file', async () => {
    const { port, left } = await started()
    const { sent } = begin(port)
    await expect.poll(left).toHaveLength(1)
    sent.destroy()
    await expect.poll(left).toEqual([])
  })
  it('arrives to the byte, however its parts lie in the chunks of the connection', async () => {
    const directory = folder()
    const Body = form({
      texts: z.array(z.string()),
      files: z.array(file({ stream: true, maxSize: 1_000_000, directory })).max(40),
    })
    const posts = router('')
    const hashes = posts.post('/', { body: Body }, async ({ body }) => ({
      texts: body.texts.map(hashOf),
      files: await Promise.all(body.files.map(async (one) => hashOf(await one.bytes()))),
    }))
    const api = app({ title: 'Hashes', routes: { posts: { hashes } } })
    const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
    onTestFinished(() => server.close())
    const data = new FormData()
    const sent = { texts: [] as string[], files: [] as string[] }
    for (let at = 0; at < 40; at++) {
      const text = randomBytes(1 + ((at * 37) % 700)).toString('hex')
      const bytes = randomBytes(at % 4 === 0 ? 70_000 + at * 999 : at * 13)
      data.append('texts', text)
      data.append('files', new File([bytes], `${at}`))
      sent.texts.push(hashOf(text))
      sent.files.push(hashOf(bytes))
    }
    const url = `http://127.0.0.1:${server.port}/`
    const response = await fetch(url, { method: 'POST', body: data })
    expect(await response.json()).toEqual(sent)
  })
  it('leaves a copy of the request whole, which a dependency made', async () => {
    const directory = folder()
    // a guard, which runs before the body is read
    const copy = dependency(({ request }) => request.clone(), { errors: [401] })
    const posts = router('', { dependencies: { copy } })
    const Body = form({ video: file({ stream: true, maxSize: 300_000, directory }) })
    const both = posts.post('/', { body: Body }, async ({ body, copy }) => {
      const copied = (await copy.formData()).get('video') as File
      return [hashOf(await body.video.bytes()), hashOf(await copied.bytes())]
    })
    const api = app({ title: 'Copies', routes: { posts: { both } } })
    const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
    onTestFinished(() => server.close())
    const bytes = randomBytes(250_000)
    const response = await fetch(`http://127.0.0.1:${server.port}/`, {
      method: 'POST',
      body: formOf(['video', new File([bytes], 'v')]),
    })
    expect(await response.json()).toEqual([hashOf(bytes), hashOf(bytes)])
  })
  it('that reaches its deadline is a 408, and leaves no file', async () => {
    const directory = folder()
    const posts = router('')
    const Body = form({
      title: z.string(),
      video: file({ stream: true, maxSize: 50_000, directory }),
    })
    const slow = posts.post('/', { body: Body, deadline: 50 }, () => 'never')
    const api = app({ title: 'Slow', routes: { posts: { slow } } })
    const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
    onTestFinished(() => server.close())
    expect(await begin(server.port).status).toBe(408)
    await expect.poll(() => readdirSync(directory)).toEqual([])
  })
  it('waits unread while limits.uploads others are received', async () => {
    const { port, left } = await started({ uploads: 1 })
    const first = begin(port)
    await expect.poll(left).toHaveLength(1)
    const second = begin(port)
    second.finish()
    const third = begin(port)
    third.sent.destroy()
    await new Promise((resolve) => third.sent.on('close', resolve))
    expect(left()).toHaveLength(1)
    first.finish()
    expect(await first.status).toBe(200)
    expect(await second.status).toBe(200)
    await expect.poll(left).toEqual([])
  })
  it('is one of 100 at once: no more than limits.uploads are on disk, and those that break off leave no file', async () => {
    const { port, left } = await started({ uploads: 10 })
    const all = Array.from({ length: 100 }, () => begin(port))
    await expect.poll(left).toHaveLength(10)
    let most = 0
    const count = setInterval(() => (most = Math.max(most, left().length)), 1)
    const broken = all.filter((_, at) => at % 2 === 1)
    for (const { sent } of broken) sent.destroy()
    for (const [at, { finish }] of all.entries()) if (at % 2 === 0) finish()
    const statuses = await Promise.all(all.filter((_, at) => at % 2 === 0).map((one) => one.status))
    clearInterval(count)
    expect(statuses).toEqual(Array.from({ length: 50 }, () => 200))
    expect(most).toBeLessThanOrEqual(10)
    await expect.poll(left).toEqual([])
  })
  it('of a caller whom a guard refuses is a 401 before a byte of it is stored', async () => {
    const directory = folder()
    const guard = dependency(
      { token: bearer({ required: false }) },
      ({ token }) => {
        if (token !== 'good') throw unauthorized()
      },
      { errors: [401] },
    )
    const posts = router('', { dependencies: { guard } })
    const Body = form({
      title: z.string(),
      video: file({ stream: true, maxSize: 50_000, directory }),
    })
    const upload = posts.post('/', { body: Body }, ({ body }) => body.video.size)
    const api = app({ title: 'Guarded', routes: { posts: { upload } } })
    const server = await serve(api, { port: 0, hostname: '127.0.0.1', signals: false })
    onTestFinished(() => server.close())
    // The body never ends: a server that read it would not respond.
    const refused = begin(server.port)
    expect(await refused.status).toBe(401)
    expect(readdirSync(directory)).toEqual([])
    refused.sent.destroy()
    const allowed = begin(server.port, { authorization: 'Bearer good' })
    allowed.finish()
    expect(await allowed.status).toBe(200)
  })
})

describe('file() and the app refuse at startup', () => {
  const route = (body: z.core.$ZodType, maxBody?: number) =>
    app({
      title: 'x',
      routes: {
        posts: { send: router('').post('/', { body, ...(maxBody && { maxBody }) }, () => 1) },
      },
    })
  const video = { stream: true, maxSize: 1000 } as const
  it.each<[string, () => unknown, string]>([
    ['a streamed file without maxSize', () => file({ stream: true } as never), 'needs a limit'],
    ['a maxSize that is not a number of bytes', () => file({ maxSize: 0.5 }), 'number of bytes'],
    [
      'a directory without stream',
      () => file({ directory: '/tmp' } as never),
      'only with stream: true',
    ],
    [
      'a list of streamed files without a limit',
      () => route(form({ all: z.array(file(video)) })),
      'add .max(',
    ],
    [
      'a maxBody that is less than a file may have',
      () => route(form({ video: file(video) }), 999),
      'Raise maxBody',
    ],
  ])('%s', (_, declare, message) => {
    expect(declare).toThrow(
      expect.objectContaining({
        code: 'PLINTH_ROUTE_INVALID',
        message: expect.stringContaining(message),
      }),
    )
  })
})
