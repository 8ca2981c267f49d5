import { signal } from '@preact/signals'

interface Notice {
  readonly id: number
  readonly text: string
  readonly isError: boolean
}

/** Milliseconds for which a notice stays. */
const stays = 5000
const notices = signal<readonly Notice[]>([])
let next = 0

/** Shows a short message at the bottom of the page, and to screen readers. */
export function notify(text: string, { isError = false } = {}): void {
  const notice = { id: next++, text, isError }
  notices.value = [...notices.value.slice(-2), notice]
  setTimeout(() => {
    notices.value = notices.value.filter(({ id }) => id !== notice.id)
  }, stays)
}

/** Shows the message of an error. */
export const notifyError = (error: unknown): void =>
  notify(error instanceof Error ? error.message : String(error), { isError: true })

/** The messages of {@link notify}. */
export const Notices = () => (
  <div class="notices" role="status" aria-live="polite">
    {notices.value.map(({ id, text, isError }) => (
      <p key={id} class={isError ? 'notice notice-error' : 'notice'}>
        {text}
      </p>
    ))}
  </div>
)
