const beyondAscii = /[\u0080-\uffff]/
const beyondAsciiAll = /[\u0080-\uffff]+/g
const marks = /[\u0300-\u036f]/g
const fileName = /(;\s*filename=)(?:"((?:[^"\\]|\\.)*)"|([^";\s]+))/i
const extended = /;\s*filename\*=/i

type FileNameMatch = [whole: string, before: string, quoted?: string, token?: string]

/**
 * Encodes a `Content-Disposition` in ASCII.
 *
 * A file name with other characters is written twice: in ASCII letters for every client, and complete in UTF-8. Node
 * and most clients disagree on the meaning of other bytes there.
 *
 * ```
 * attachment; filename="café.txt" → attachment; filename="cafe.txt"; filename*=UTF-8''caf%C3%A9.txt
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc6266#section-4.3
 */
export function asciiDisposition(value: string): string {
  if (!beyondAscii.test(value)) return value
  const isExtended = extended.test(value)
  return value
    .toWellFormed()
    .replace(fileName, (...[whole, before, quoted, token]: FileNameMatch) => {
      const name = quoted === undefined ? token! : quoted.replace(/\\(.)/g, '$1')
      if (!beyondAscii.test(name)) return whole
      const plain = `${before}"${inLetters(name).replace(/["\\]/g, '\\$&')}"`
      return isExtended ? plain : `${plain}; filename*=UTF-8''${encoded(name)}`
    })
    .replace(beyondAsciiAll, encodeURIComponent)
}

/** The `Content-Disposition` of a file that is saved under a name. */
export const attachmentOf = (name: string): string =>
  asciiDisposition(
    `attachment; filename="${name.replace(/[\r\n\0]/g, ' ').replace(/["\\]/g, '\\$&')}"`,
  )

const inLetters = (name: string): string =>
  name.normalize('NFKD').replace(marks, '').replace(beyondAsciiAll, '_')

const encoded = (name: string): string =>
  encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
