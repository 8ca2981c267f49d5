/** The head of an email. */
interface MailHead {
  readonly to: string | readonly string[]
  readonly from?: string
  readonly subject: string
}

/** An email for the development page: a plain text, HTML, or both. Of HTML, the page shows texts and links. */
export type DevMail = MailHead &
  (
    | { readonly text: string; readonly html?: string }
    | { readonly html: string; readonly text?: string }
  )

/** Keeps an email for the development page. */
export type MailReceiver = (mail: DevMail) => void

// State of the process: one development page serves all its apps.
let receiver: MailReceiver | undefined

/**
 * Passes emails of {@link devMail} to the development page.
 *
 * @returns a function that stops it
 */
export function receiveMail(receive: MailReceiver): () => void {
  receiver = receive
  return () => {
    if (receiver === receive) receiver = undefined
  }
}

/**
 * Shows an email on the development page instead of sending it. Call it first in your function that sends email.
 *
 * In `plinth dev` it returns `true`, and the email is at `/_plinth/#/mail`. Everywhere else it does nothing and
 * returns `false`. The newest 100 emails are kept, in memory.
 *
 * @example
 * ```ts
 * import { devMail, type DevMail } from 'plinth'
 *
 * declare const transport: { sendMail(mail: DevMail): Promise<void> }
 *
 * export async function sendMail(mail: DevMail): Promise<void> {
 *   if (devMail(mail)) return
 *   await transport.sendMail(mail)
 * }
 * ```
 */
export function devMail(mail: DevMail): boolean {
  if (receiver === undefined) return false
  receiver(mail)
  return true
}
