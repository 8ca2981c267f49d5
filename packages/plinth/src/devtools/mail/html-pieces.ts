import type { MailPiece } from './shown-mail.types.ts'

// Every repetition inside a tag is bounded, so that a tag that never ends is not slow.
const attributes = `(?:[^>"']|"[^"]{0,2000}"|'[^']{0,2000}'){0,500}`

/** Elements whose content is not for readers. */
const unread = new RegExp(
  `<(script|style|head|title|template|noscript|svg|math)\\b${attributes}>[^]*?(?:</\\1\\s*>|$)|<!--[^]*?(?:-->|$)|<![^>]{0,500}>`,
  'gi',
)
const part = new RegExp(`<(/?)([a-z][a-z\\d]{0,20})(${attributes})>|[^<]+|<`, 'gi')

/** Elements that stand on lines of their own, and those with a free line around them. */
const lines = /^(?:div|tr|li|table|ul|ol|dd|dt|header|footer|section|article|center|br|hr)$/i
const paragraphs = /^(?:p|h[1-6]|blockquote|pre)$/i

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  copy: '©',
}

const reference = /&(?:#(x?)([\da-f]{1,6})|([a-z]{2,8}));/gi

/** Replaces the character references that emails use. */
const decoded = (text: string): string =>
  text.replaceAll(reference, (whole: string, ...found: readonly (string | undefined)[]) => {
    const [hex, digits = '', name] = found
    if (name !== undefined) return named[name.toLowerCase()] ?? whole
    const code = parseInt(digits, hex === '' ? 10 : 16)
    return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
  })

const attribute = (given: string, name: string): string => {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(
    given,
  )
  return decoded(found?.[1] ?? found?.[2] ?? found?.[3] ?? '')
}

/** The break that an element makes: a line, a free line, or none. */
const breakOf = (name: string): string =>
  paragraphs.test(name) ? '\n\n' : lines.test(name) ? '\n' : ''

/**
 * The texts and links of an HTML email in the order of reading, without markup, styles and images.
 *
 * The page shows them as text, so that nothing of the email runs or is loaded.
 */
export function htmlPieces(html: string): MailPiece[] {
  const pieces: { text: string; href?: string }[] = []
  let href: string | undefined
  const add = (text: string): void => {
    const last = pieces.at(-1)
    if (text === '') return
    if (last !== undefined && last.href === href) last.text += text
    else pieces.push(href === undefined ? { text } : { text, href })
  }
  for (const [text, slash, name, given = ''] of html.replaceAll(unread, '').matchAll(part)) {
    if (name === undefined) add(decoded(text.replaceAll(/\s+/g, ' ')))
    else if (/^a$/i.test(name)) href = slash === '/' ? undefined : linkIn(given)
    else if (/^img$/i.test(name)) add(`[${attribute(given, 'alt') || 'image'}]`)
    else add(breakOf(name))
  }
  return tidied(pieces)
}

function linkIn(given: string): string | undefined {
  const found = attribute(given, 'href').trim()
  return /^(?:https?:|mailto:)/i.test(found) ? found : undefined
}

/** Removes spaces around line breaks, more than one free line, and what is empty. */
function tidied(pieces: readonly MailPiece[]): MailPiece[] {
  const found = pieces.map(({ text, ...link }) => ({
    ...link,
    text: text.replaceAll(/ *\n */g, '\n').replaceAll(/\n{3,}/g, '\n\n'),
  }))
  const [first] = found
  const last = found.at(-1)
  if (first !== undefined) first.text = first.text.trimStart()
  if (last !== undefined) last.text = last.text.trimEnd()
  return found.filter(({ text }) => text !== '')
}
