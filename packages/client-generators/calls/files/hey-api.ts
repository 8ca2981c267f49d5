import { createClient } from './hey-api/client'
import {
  filesChange,
  filesDownload,
  filesList,
  filesPage,
  filesRemove,
  filesSummary,
  filesUpload,
} from './hey-api/sdk.gen'
import { bytesOf, content, type Outcome } from './outcome.ts'

export async function use(baseUrl: string): Promise<Outcome> {
  const client = createClient({ baseUrl })
  const strict = { client, throwOnError: true } as const
  const path = { name: 'one' }
  const { data: uploaded } = await filesUpload({
    ...strict,
    body: {
      title: 'one',
      tags: ['a', 'b'],
      content: new Blob([content], { type: 'image/png' }),
    },
  })
  const { data: listed } = await filesList({
    ...strict,
    query: { sizes: [6, 7] },
    headers: { 'x-source': 'web' },
  })
  const downloaded = await filesDownload({ ...strict, path })
  const page = await filesPage({ ...strict, path })
  const summary = await filesSummary({ ...strict, path })
  const rename = { kind: 'rename', to: 'two' } as const
  const { data: renamed } = await filesChange({ ...strict, path, body: rename })
  const resize = { kind: 'resize', width: 10 } as const
  const { data: resized } = await filesChange({ ...strict, path, body: resize })
  const removed = await filesRemove({ ...strict, path })
  const missing = await filesDownload({ client, path })
  const invalid = await filesChange({ client, path, body: { kind: 'resize', width: 0 } })
  return {
    uploaded,
    listed,
    downloaded: await bytesOf(downloaded.data),
    page: page.data,
    summary: summary.data,
    renamed,
    resized,
    removed: removed.response.status,
    missing: { status: missing.response?.status ?? 0, code: missing.error?.code },
    invalid: invalid.response?.status ?? 0,
  }
}

/** Never called: mistakes that do not compile. */
export async function mistakes(): Promise<void> {
  const path = { name: 'one' }
  // @ts-expect-error the width belongs to the other member of the union
  await filesChange({ path, body: { kind: 'rename', width: 10 } })
  // @ts-expect-error there is no such source
  await filesList({ headers: { 'x-source': 'tv' } })
}
