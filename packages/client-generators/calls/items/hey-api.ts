import { createClient } from './hey-api/client'
import {
  itemsCreateItem,
  itemsDeleteItem,
  itemsReadItem,
  itemsReadItems,
  itemsUpdateItem,
  loginAccessToken,
} from './hey-api/sdk.gen'
import type { Outcome } from './outcome.ts'

export async function use(baseUrl: string): Promise<Outcome> {
  const { data: login } = await loginAccessToken({
    client: createClient({ baseUrl }),
    body: { username: 'ann', password: 'ann-password' },
    throwOnError: true,
  })
  const client = createClient({ baseUrl, auth: () => login.access_token })
  const strict = { client, throwOnError: true } as const
  const { data: created } = await itemsCreateItem({ ...strict, body: { title: 'One' } })
  const path = { id: created.id }
  const { data: listed } = await itemsReadItems({ ...strict, query: { limit: 10 } })
  const { data: read } = await itemsReadItem({ ...strict, path })
  const { data: updated } = await itemsUpdateItem({ ...strict, path, body: { description: 'new' } })
  const { data: deleted } = await itemsDeleteItem({ ...strict, path })
  const missing = await itemsReadItem({ client, path })
  const invalid = await itemsCreateItem({ client, body: { title: '' } })
  return {
    login: login.token_type,
    created,
    listed,
    read,
    updated,
    deleted,
    missing: { status: missing.response?.status ?? 0, detail: missing.error?.detail },
    invalid: { status: invalid.response?.status ?? 0, detail: invalid.error?.detail },
  }
}

/** Never called: mistakes that do not compile. */
export async function mistakes(): Promise<void> {
  // @ts-expect-error the title is missing
  await itemsCreateItem({ body: { description: 'x' } })
  // @ts-expect-error the id is a number
  await itemsReadItem({ path: { id: 'one' } })
  // @ts-expect-error there is no such member
  ;(await itemsReadItems({ throwOnError: true })).data.items
}
