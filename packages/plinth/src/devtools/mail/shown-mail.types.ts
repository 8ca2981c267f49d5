/** An email in the list. */
export interface MailSummary {
  readonly id: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly to: string
  readonly subject: string
}

/** A text of an email, or a link. */
export interface MailPiece {
  readonly text: string
  /** An address of the web or of a mailbox. */
  readonly href?: string
}

/** An email as it was passed to `devMail()`. */
export interface ShownMail extends MailSummary {
  readonly from: string | null
  readonly text: string | null
  /** The HTML as it was written. */
  readonly html: string | null
  /** The texts and links of the HTML. */
  readonly pieces: readonly MailPiece[]
}
