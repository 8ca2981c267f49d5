import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { mode } from '../../settings/mode.ts'
import { pagePolicy } from '../security-headers.ts'
import type { FileFacts } from './file-facts.ts'
import { Files } from './files.ts'
import { Folder } from './folder.ts'

/** Options of a built frontend. */
export interface FrontendOptions {
  /** The folder of the build, relative to the working directory of the process, or a `file:` URL. */
  readonly folder: string | URL
  /**
   * Paths of files that never change, because their names contain a hash: cached for a year.
   *
   * Default: files in `/assets/` whose names end with a hash, as Vite writes them.
   */
  readonly immutable?: RegExp
  /** The Content-Security-Policy of the pages. `{nonce}` in it stands for the nonce of the response. */
  readonly csp?: string
}

const frontendOptions: OptionNames<FrontendOptions> = { folder: true, immutable: true, csp: true }

/** Vite: `/assets/index-D3kf8_qL.js`. A word of small letters is a name, and not a hash. */
const hashed = /^\/assets\/.*[-.](?=[a-z_-]*[A-Z\d])[\w-]{8,}\.\w+$/

/** The placeholder of Vite's `html.cspNonce`, in the tag that tells it to scripts. */
const noncePlaceholder = /<meta\b[^>]*\bproperty="csp-nonce"[^>]*\bnonce="([^"]+)"/

/** A built single-page app: its files, and its `index.html` for every other page that a browser navigates to. */
export class Frontend extends Files {
  readonly #csp: string | undefined

  constructor({ folder, immutable = hashed, csp }: FrontendOptions) {
    super(new Folder(folder), { index: true, immutable })
    this.#csp = csp
  }

  override async respond(request: Request, path: string): Promise<Response> {
    const { method, headers } = request
    const isRead = method === 'GET' || method === 'HEAD'
    const file = isRead ? await this.find(path) : undefined
    if (file !== undefined)
      return /\.html?$/i.test(file.path)
        ? this.#page(request, file)
        : this.send(request, file, this.cacheControl(path))
    const isNavigation = isRead && /\btext\/html\b/i.test(headers.get('accept') ?? '')
    const index = isNavigation ? await this.find('/index.html') : undefined
    if (index !== undefined) return this.#page(request, index)
    throw new HttpError(404, 'There is no route with this path', { code: 'PLINTH_ROUTE_NOT_FOUND' })
  }

  /** Sends a page: with a nonce if it has a placeholder for one, which no browser may keep. */
  async #page(request: Request, file: FileFacts): Promise<Response> {
    const html = await readFile(file.path, 'utf8')
    const placeholder = noncePlaceholder.exec(html)?.[1]
    const nonce = randomBytes(18).toString('base64url')
    const own = this.#csp?.replaceAll('{nonce}', nonce)
    if (placeholder === undefined) {
      const response = await this.send(request, file, 'no-cache')
      response.headers.set('content-security-policy', own ?? pagePolicy())
      return response
    }
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': own ?? pagePolicy(nonce),
      'cache-control': 'no-store',
    }
    return new Response(html.replaceAll(`nonce="${placeholder}"`, `nonce="${nonce}"`), { headers })
  }
}

/**
 * Checks the option `frontend`, and opens the folder.
 *
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist, or of another type
 * @throws {PlinthError} `PLINTH_SETTINGS_INVALID`: in production, the folder has no `index.html`
 */
export function frontendOf(given: string | URL | FrontendOptions): Frontend {
  const isFolder = typeof given === 'string' || given instanceof URL
  const options = isFolder ? { folder: given } : given
  checkOptions(options, frontendOptions, 'app(): frontend')
  const { folder } = options
  if (typeof folder !== 'string' && !(folder instanceof URL))
    throw invalid('has no folder: write frontend: "dist"')
  const { path } = new Folder(folder)
  if (mode() === 'production' && !existsSync(join(path, 'index.html')))
    throw new PlinthError(
      'PLINTH_SETTINGS_INVALID',
      `app(): frontend "${String(folder)}": there is no index.html in ${path}: build the frontend before the start${buildCommand(path)}`,
    )
  return new Frontend(options)
}

/** ` with npm run build`, if the nearest package.json above the folder has that script. */
function buildCommand(folder: string): string {
  for (let at = dirname(folder); ; at = dirname(at)) {
    const file = join(at, 'package.json')
    if (existsSync(file)) {
      if (!hasBuildScript(file)) return ''
      return ` with npm run build${at === process.cwd() ? '' : ` in ${at}`}`
    }
    if (dirname(at) === at) return ''
  }
}

function hasBuildScript(file: string): boolean {
  try {
    const { scripts } = JSON.parse(readFileSync(file, 'utf8')) as { scripts?: { build?: unknown } }
    return typeof scripts?.build === 'string'
  } catch {
    return false
  }
}

const invalid = (problem: string): PlinthError =>
  new PlinthError('PLINTH_OPTION_UNKNOWN', `app(): frontend ${problem}`)
