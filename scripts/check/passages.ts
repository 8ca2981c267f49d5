/** The kinds of prose that the rules tell apart. */
export type PassageKind = 'docblock' | 'comment' | 'message' | 'test' | 'page' | 'heading'

/** A stretch of prose in a file: a comment, a text in code, a paragraph of a page. */
export interface Passage {
  /** The line on which it starts, counted from 1. */
  readonly line: number
  readonly kind: PassageKind
  /** The prose with its line breaks, but without comment markers. */
  readonly text: string
}

const fence = /^([ \t]*)(```|~~~)[^\n]*\n([\s\S]*?)^\1\2[ \t]*$/gm
const codeComment = /(?:^|\s)(?:\/\/|#) (?<text>\S.*)$/
const tableRule = /^\|[-| :]+\|$/
const blockStart = /^(?:[#|>]| *(?:[-*]|\d+\.) )/

/** The headings, paragraphs, list items and table rows of a Markdown page, and the comments in its code. */
export function readPagePassages(text: string): Passage[] {
  const found: Passage[] = commentsInFences(text)
  let open: { line: number; lines: string[] } | undefined
  const close = (): void => {
    if (open) found.push({ line: open.line, kind: 'page', text: open.lines.join('\n') })
    open = undefined
  }
  for (const [index, line] of withoutFences(text).split('\n').entries()) {
    const heading = /^#+ (.+)/.exec(line)?.[1]
    if (line.trim() === '' || heading !== undefined || blockStart.test(line)) close()
    if (heading !== undefined) found.push({ line: index + 1, kind: 'heading', text: heading })
    else if (line.trim() !== '' && !tableRule.test(line)) {
      open ??= { line: index + 1, lines: [] }
      open.lines.push(line)
    }
  }
  close()
  return found.toSorted((a, b) => a.line - b.line)
}

/** The description of a docblock, each of its tags, and the comments in its examples. */
export function readDocblock(comment: string, line: number): Passage[] {
  const text = comment
    .slice('/**'.length, -'*/'.length)
    .split('\n')
    .map((one, index) => (index === 0 ? one.trimStart() : one.replace(/^\s*\* ?/, '')))
    .join('\n')
  const found = commentsInFences(text).map((one) => ({ ...one, line: line + one.line - 1 }))
  let position = 0
  for (const [index, part] of withoutFences(text)
    .split(/(?=^@\w)/m)
    .entries()) {
    const lead = /^(?:\s|@(?:see\b.*|\w+))*/.exec(part)?.[0].length ?? 0
    const start = text.slice(0, position + lead).split('\n').length - 1
    const kind = index === 0 && !part.startsWith('@') ? 'docblock' : 'comment'
    const prose = part.slice(lead).trimEnd()
    if (prose !== '') found.push({ line: line + start, kind, text: prose })
    position += part.length
  }
  return found
}

/** The same text with its code blocks blanked, so that positions stay what they are. */
function withoutFences(text: string): string {
  return text.replaceAll(fence, (block) => block.replaceAll(/[^\n]/g, ' '))
}

function commentsInFences(text: string): Passage[] {
  return [...text.matchAll(fence)].flatMap((block) => {
    const first = text.slice(0, block.index).split('\n').length
    return block[0].split('\n').flatMap((line, index): Passage[] => {
      const prose = codeComment.exec(line)?.groups?.['text']
      return prose === undefined ? [] : [{ line: first + index, kind: 'comment', text: prose }]
    })
  })
}
