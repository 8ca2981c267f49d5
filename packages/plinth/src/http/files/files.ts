import { checkOptions, type OptionNames } from '../../errors/check-options.ts'
import { HttpError } from '../../errors/http-error.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import type { FileFacts } from './file-facts.ts'
import { Folder } from './folder.ts'
import { loadFileResponse } from './load-file-response.ts'

/** Options of {@link files}. */
export interface FilesOptions {
  /** Seconds for which browsers and proxies use a file without asking again. Default 0: they ask each time. */
  readonly maxAge?: number
  /** Paths of files that never change, because their names contain a hash: cached for a year. Default: none. */
  readonly immutable?: RegExp
  /** Responds to the path of a folder with its `index.html`. Default false. */
  readonly index?: boolean
}

const filesOptions: OptionNames<FilesOptions> = { maxAge: true, immutable: true, index: true }

/**
 * A folder of files, made by {@link files}.
 *
 * @example
 * ```ts
 * import { files, type Files } from 'plinth'
 *
 * export const images: Files = files('./images')
 * ```
 */
export class Files {
  readonly #folder: Folder
  readonly #options: FilesOptions

  constructor(folder: Folder, options: FilesOptions) {
    this.#folder = folder
    this.#options = options
  }

  /**
   * Responds with a file.
   *
   * @param path - the path below the mount, encoded
   * @throws {HttpError} 404, 405, 416
   */
  async respond(request: Request, path: string): Promise<Response> {
    const { method } = request
    if (method !== 'GET' && method !== 'HEAD')
      throw new HttpError(405, 'This path takes GET, HEAD', { headers: { allow: 'GET, HEAD' } })
    const found = await this.find(path)
    if (found !== undefined) return this.send(request, found, this.cacheControl(path))
    if (this.#options.index === true && (await this.find(`${path}/index.html`)) !== undefined)
      return redirectToFolder(request)
    throw new HttpError(404, 'There is no file with this path')
  }

  /** Finds the file of a path. */
  find(path: string): Promise<FileFacts | undefined> {
    const isFolder = path === '' || path.endsWith('/')
    if (!isFolder) return this.#folder.find(path)
    const index = path === '' ? '/index.html' : `${path}index.html`
    return this.#options.index === true ? this.#folder.find(index) : Promise.resolve(undefined)
  }

  async send(request: Request, file: FileFacts, cacheControl: string): Promise<Response> {
    const accepted = request.headers.get('accept-encoding')
    const { encoding, ...chosen } = await this.#folder.inEncoding(file, accepted)
    const { fileResponse, typeOfFile } = await loadFileResponse()
    return fileResponse(chosen, request, {
      'content-type': typeOfFile(file.path),
      'cache-control': cacheControl,
      vary: 'accept-encoding',
      ...(encoding !== undefined && { 'content-encoding': encoding }),
    })
  }

  cacheControl(path: string): string {
    const { maxAge = 0, immutable } = this.#options
    if (immutable?.test(path) === true) return 'public, max-age=31536000, immutable'
    return maxAge === 0 ? 'no-cache' : `public, max-age=${maxAge}`
  }
}

/** A relative redirect: the links of an index page are relative to its folder. */
function redirectToFolder(request: Request): Response {
  const { pathname, search } = new URL(request.url)
  const name = pathname.slice(pathname.lastIndexOf('/') + 1)
  return new Response(null, { status: 307, headers: { location: `./${name}/${search}` } })
}

/**
 * Serves the files of a folder below the path of a mount: with `ETag`, ranges, 304, and compressed files beside them.
 *
 * A request that accepts it gets `app.js.br`, `.zst` or `.gz` for `app.js`. Names that begin with a dot are a 404, and
 * so is a symbolic link that leads out of the folder.
 *
 * @param folder - relative to the working directory of the process, or a `file:` URL
 * @throws {PlinthError} `PLINTH_OPTION_UNKNOWN`: an option that does not exist, or a negative `maxAge`
 * @see https://fastapi.tiangolo.com/tutorial/static-files/
 * @example
 * ```ts
 * import { app, files } from 'plinth'
 *
 * export const api = app({
 *   title: 'Shop',
 *   routes: {},
 *   mount: { '/static': files('./public', { maxAge: 3600 }) },
 * })
 * ```
 */
export function files(folder: string | URL, options: FilesOptions = {}): Files {
  checkOptions(options, filesOptions, 'files()')
  const { maxAge = 0, immutable } = options
  if (!Number.isInteger(maxAge) || maxAge < 0)
    throw new PlinthError('PLINTH_OPTION_UNKNOWN', 'files(): maxAge is not a number of seconds')
  if (immutable !== undefined && !(immutable instanceof RegExp))
    throw new PlinthError(
      'PLINTH_OPTION_UNKNOWN',
      String.raw`files(): immutable is not a regular expression: write /-[0-9a-f]{8}\.\w+$/`,
    )
  return new Files(new Folder(folder), options)
}
