/**
 * A server that takes videos to disk, into the folder of its argument. It reports its port, and its memory on request.
 *
 * Its last argument is the package as it is built: without it, the sources are used.
 */
const [directory = '', uploads = '100', built = '../../src/index.ts'] = process.argv.slice(2)
const { file, form, app, router, serve } = (await import(
  built
)) as typeof import('../../src/index.ts')
const posts = router('')
const send = posts.post(
  '/',
  { body: form({ video: file({ stream: true, maxSize: 2 ** 32, directory }) }), deadline: 0 },
  ({ body }) => ({ size: body.video.size }),
)
const api = app({
  title: 'Uploads',
  docs: false,
  routes: { posts: { send } },
  limits: { uploads: Number(uploads) },
})
const limits = { requestTimeout: 0, eventLoopDelay: 0 }
const server = await serve(api, { port: 0, hostname: '127.0.0.1', limits })
let peak = 0
const sample = (): void => {
  peak = Math.max(peak, process.memoryUsage.rss())
}
setInterval(sample, 20).unref()
const report = (): void => {
  sample()
  process.send?.({ port: server.port, peak })
  peak = 0
}
report()
process.on('message', report)
process.once('disconnect', () => process.exit())
