/** What each client of the items saw, with the types that their API has. */
export interface Outcome {
  readonly login: 'bearer'
  readonly created: Item
  readonly listed: { readonly data: readonly Item[]; readonly count: number }
  readonly read: Item
  readonly updated: Item
  readonly deleted: { readonly message: string }
  readonly missing: Refusal
  readonly invalid: Refusal
}
interface Item {
  readonly id: number
  readonly title: string
  readonly description: string | null
  readonly owner_id: string
}
interface Refusal {
  readonly status: number
  readonly detail: string | readonly Issue[] | undefined
}
interface Issue {
  readonly type: string
  readonly loc: readonly (string | number)[]
  readonly msg: string
}
