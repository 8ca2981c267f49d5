import {
  itemsCreateItem,
  itemsDeleteItem,
  itemsReadItem,
  itemsReadItems,
  itemsUpdateItem,
  loginAccessTokenWithUrlEncoded,
} from './orval-client.ts'
import type { Outcome } from './outcome.ts'
import { server } from './server.ts'

/** Returns the data of a response with this status, and fails with another. */
function dataOf<R extends { status: number; data: unknown }, S extends R['status']>(
  response: R,
  status: S,
): Extract<R, { status: S }>['data'] {
  if (response.status !== status) throw new Error(JSON.stringify(response))
  return response.data
}

export async function use(baseUrl: string): Promise<Outcome> {
  server.url = baseUrl
  const user = { username: 'ann', password: 'ann-password' }
  const login = dataOf(await loginAccessTokenWithUrlEncoded(user), 200)
  const auth = { headers: { authorization: `Bearer ${login.access_token}` } }
  const created = dataOf(await itemsCreateItem({ title: 'One' }, auth), 200)
  const listed = dataOf(await itemsReadItems({ limit: 10 }, auth), 200)
  const read = dataOf(await itemsReadItem(created.id, auth), 200)
  const updated = dataOf(await itemsUpdateItem(created.id, { description: 'new' }, auth), 200)
  const deleted = dataOf(await itemsDeleteItem(created.id, auth), 200)
  const missing = await itemsReadItem(created.id, auth)
  const invalid = await itemsCreateItem({ title: '' }, auth)
  return {
    login: login.token_type,
    created,
    listed,
    read,
    updated,
    deleted,
    missing: { status: missing.status, detail: dataOf(missing, 404).detail },
    invalid: { status: invalid.status, detail: dataOf(invalid, 422).detail },
  }
}

/** Never called: mistakes that do not compile. */
export async function mistakes(): Promise<void> {
  // @ts-expect-error the title is missing
  await itemsCreateItem({ description: 'x' })
  // @ts-expect-error the id is a number
  await itemsReadItem('one')
  // @ts-expect-error there is no such member
  dataOf(await itemsReadItems(), 200).items
}
