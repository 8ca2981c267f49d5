import {
  filesChange,
  filesDownload,
  filesList,
  filesPage,
  filesRemove,
  filesSummary,
  filesUpload,
} from './orval-client.ts'
import { bytesOf, content, type Outcome } from './outcome.ts'
import { server } from './server.ts'

/** Returns the data of a response with this status, and fails with another. */
function dataOf<R extends { status: number; data: unknown }, S extends R['status']>(
  response: R,
  status: S,
): Extract<R, { status: S }>['data'] {
  if (response.status !== status) throw new Error(JSON.stringify(response))
  return response.data
}

/** Its type is that of the error, but it is a Blob: https://github.com/orval-labs/orval/issues/1988 */
async function codeIn(problem: { code: string }): Promise<string> {
  const read = await (problem as unknown as Blob).text()
  return (JSON.parse(read) as typeof problem).code
}

export async function use(baseUrl: string): Promise<Outcome> {
  server.url = baseUrl
  const file = new Blob([content], { type: 'image/png' })
  const uploaded = await filesUpload({ title: 'one', tags: ['a', 'b'], content: file })
  const source = { headers: { 'x-source': 'web' } }
  const listed = await filesList({ sizes: [6, 7] }, source)
  const downloaded = await filesDownload('one')
  const page = await filesPage('one')
  const summary = await filesSummary('one')
  const renamed = await filesChange('one', { kind: 'rename', to: 'two' })
  const resized = await filesChange('one', { kind: 'resize', width: 10 })
  const removed = await filesRemove('one')
  const missing = await filesDownload('one')
  const invalid = await filesChange('one', { kind: 'resize', width: 0 })
  return {
    uploaded: dataOf(uploaded, 201),
    listed: dataOf(listed, 200),
    downloaded: await bytesOf(dataOf(downloaded, 200)),
    page: dataOf(page, 200),
    summary: dataOf(summary, 200),
    renamed: dataOf(renamed, 200),
    resized: dataOf(resized, 202),
    removed: removed.status,
    missing: { status: missing.status, code: await codeIn(dataOf(missing, 404)) },
    invalid: invalid.status,
  }
}

/** Never called: mistakes that do not compile. */
export async function mistakes(): Promise<void> {
  // @ts-expect-error the width belongs to the other member of the union
  await filesChange('one', { kind: 'rename', width: 10 })
}
