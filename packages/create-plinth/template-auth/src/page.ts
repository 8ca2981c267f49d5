import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { mode, type MountOptions } from 'plinth'

const dist = join(import.meta.dirname, '../dist')
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** In development, the address of Vite, which compiles the page when it is requested. */
let vite: string | undefined

/** Runs Vite in this process while the app runs; in production, it does nothing. */
export async function* runPage(): AsyncGenerator<void, void, void> {
  if (mode() !== 'development') return yield
  const { startVite } = await import('./vite.ts')
  await using started = await startVite()
  vite = started.url
  yield
}

/** The page, from `dist`: its files, and index.html for every address that a browser opens. */
async function fromDist({ url, headers }: Request): Promise<Response> {
  const { pathname } = new URL(url)
  const isAsset = pathname.startsWith('/assets/')
  if (!isAsset && !headers.get('accept')?.includes('text/html'))
    return new Response(null, { status: 404 })
  const file = isAsset ? pathname : '/index.html'
  const content = await readFile(join(dist, file)).catch(() => undefined)
  if (content === undefined)
    return new Response(isAsset ? null : 'npm run build has not run', { status: 404 })
  return new Response(content, {
    headers: {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      // The names of assets change with their content.
      'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
  })
}

/** Passes a request on to Vite. */
function fromVite({ url, headers }: Request, origin: string): Promise<Response> {
  const { pathname, search } = new URL(url)
  return fetch(origin + pathname + search, {
    headers: { accept: headers.get('accept') ?? '*/*' },
  })
}

async function respond(request: Request): Promise<Response> {
  // A misspelled route is not a page.
  if (new URL(request.url).pathname.startsWith('/api/')) return new Response(null, { status: 404 })
  return await (vite === undefined ? fromDist(request) : fromVite(request, vite))
}

/** Responds to everything that is neither a route nor Better Auth's. */
export const page: MountOptions = {
  handler: respond,
  // Vite's page has a script and styles of its own.
  securityHeaders: mode() !== 'development',
}
