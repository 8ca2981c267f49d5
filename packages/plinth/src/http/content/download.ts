import { constants } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { notFound, type HttpError } from '../../errors/http-error.ts'
import { fileFacts, type FileFacts } from '../files/file-facts.ts'

/** Options of {@link download}. */
export interface DownloadOptions {
  /** The file name that the browser saves it under. Any characters are allowed. Default: the browser shows the file. */
  readonly name?: string
  /**
   * The folder that the file must be in. Use it if a part of the path comes from the caller.
   *
   * A path that leads out of it, also through a symbolic link, is a 404.
   */
  readonly root?: string
}

/**
 * A file that is sent as a response, made by {@link download}.
 *
 * @example
 * ```ts
 * import { download, type Download } from 'plinth'
 *
 * const report: Download = download('./report.pdf')
 * ```
 */
export class Download {
  readonly path: string
  readonly name: string | undefined
  readonly root: string | undefined

  constructor(path: string, { name, root }: DownloadOptions) {
    this.path = path
    this.name = name
    this.root = root
  }
}

/**
 * Sends a file of the disk, from a route with `response: bytes(…)`.
 *
 * It has a length, an `ETag` and a `Last-Modified`. Conditional requests are a 304, `Range` requests a 206 or a 416. The
 * file is read while the client takes it, and closed if the client disconnects. A file that does not exist is a 404.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14
 * @example
 * ```ts
 * import { bytes, download, router } from 'plinth'
 *
 * const reports = router('/reports')
 * export const pdf = reports.get('/:file', { response: bytes('application/pdf'), errors: [404] }, ({ params }) =>
 *   download(params.file, { root: './reports', name: 'Report.pdf' }))
 * ```
 */
export const download = (path: string, options: DownloadOptions = {}): Download =>
  new Download(path, options)

const noFile = (): HttpError => notFound('There is no such file')

/**
 * Finds the file of a download.
 *
 * @throws {HttpError} `PLINTH_NOT_FOUND`, 404: it does not exist, is not a file, or is not in its folder
 */
export async function fileOf({ path, root }: Download): Promise<FileFacts> {
  if (path.includes('\0')) throw noFile()
  const facts = await fileFacts(root === undefined ? path : resolve(root, `.${sep}${path}`))
  if (facts === undefined) throw noFile()
  if (root !== undefined) {
    const [folder, real] = await Promise.all([realpath(root), realpath(facts.path)])
    if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) throw noFile()
  }
  // A file that cannot be read is a 500 now, and not a response that breaks off.
  await access(facts.path, constants.R_OK)
  return facts
}
