import type { DevMail } from '../../logging/dev-mail.ts'
import { redact } from '../../settings/redact.ts'
import { htmlPieces } from './html-pieces.ts'
import type { MailSummary, ShownMail } from './shown-mail.types.ts'

/** The bounds of the mailbox: emails, and characters of a text. */
const most = { mails: 100, characters: 200_000, head: 1000 } as const

/** The newest emails of this process, in memory. */
export class Mailbox {
  readonly #mails: Omit<ShownMail, 'pieces'>[] = []
  #next = 1

  add({ to, from, subject, text, html }: DevMail): void {
    const cut = (value: string | undefined): string | null =>
      value === undefined ? null : value.slice(0, most.characters)
    this.#mails.push({
      id: this.#next++,
      at: Date.now(),
      to: [to].flat().join(', ').slice(0, most.head),
      from: from?.slice(0, most.head) ?? null,
      subject: subject.slice(0, most.head),
      text: cut(text),
      html: cut(html),
    })
    if (this.#mails.length > most.mails) this.#mails.shift()
  }

  /** Newest first, without their texts. Secrets in a subject are redacted. */
  list(): MailSummary[] {
    return this.#mails
      .map(({ id, at, to, subject }) => ({ id, at, to, subject: redact(subject) }))
      .toReversed()
  }

  find(id: number): ShownMail | undefined {
    const found = this.#mails.find((mail) => mail.id === id)
    return found && { ...found, pieces: htmlPieces(found.html ?? '') }
  }

  clear(): void {
    this.#mails.length = 0
  }
}

/** The mailbox of this process, which outlives a reload of the service. */
export const mailbox = new Mailbox()
