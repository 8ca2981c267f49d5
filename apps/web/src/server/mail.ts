import type { MailSettings } from './environment.ts'

/** An email of plain text. */
interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/**
 * Sends an email with the HTTP API of a mail service, or logs it in development.
 *
 * The request is the one of Resend, which other services accept too.
 *
 * @throws {Error} the service refused it; the message has its status, and not the text of the email
 * @see https://resend.com/docs/api-reference/emails/send-email
 */
export async function sendMail(settings: MailSettings | 'log', mail: Mail): Promise<void> {
  if (settings === 'log') {
    console.log(`Email to ${mail.to}: ${mail.subject}\n${mail.text}`)
    return
  }
  const { url, key, from } = settings
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...mail, to: [mail.to], from }),
    signal: AbortSignal.timeout(10_000),
  })
  if (!response.ok)
    throw new Error(`The email "${mail.subject}" was not sent: ${url} responded ${response.status}`)
}
