/**
 * HTML that was written with the `html` tag, so that its values are escaped.
 *
 * @example
 * ```ts
 * import { html, type Html } from 'plinth'
 *
 * const title = (text: string): Html => html`<h1>${text}</h1>`
 * ```
 */
export class Html {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /** Joins the parts of a template, and escapes the values between them. */
  static of(strings: readonly string[], values: readonly unknown[]): Html {
    return new Html(
      strings.map((part, at) => part + (at < values.length ? textOf(values[at]) : '')).join(''),
    )
  }

  toString(): string {
    return this.#text
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function textOf(value: unknown): string {
  if (value instanceof Html) return value.toString()
  if (Array.isArray(value)) return value.map(textOf).join('')
  if (value === null || value === undefined || value === false) return ''
  // A value of any class is shown as its text.
  // oxlint-disable-next-line typescript/no-base-to-string
  return String(value).replace(/[&<>"']/g, (sign) => entities[sign]!)
}
