/** What each client of the reference backend saw, with the types that the API has. */
export interface Outcome {
  readonly created: Task
  readonly listed: { readonly items: readonly Task[]; readonly next: string | null }
  readonly read: Task
  readonly updated: Task
  readonly removed: number
  readonly missing: { readonly status: number; readonly code: string | undefined }
  readonly invalid: { readonly status: number; readonly path: readonly (string | number)[] }
  readonly anonymous: number
}
interface Task {
  readonly id: string
  readonly title: string
  readonly priority: 'low' | 'medium' | 'high'
  readonly dueAt: string | null
  readonly tags: readonly { readonly id: string; readonly name: string }[]
}
