import { readPagePassages } from '../check/passages.ts'

/** The most words of a sentence. */
const mostWords = 30
/** The lines of a page that its first code is in. */
const openingLines = 15
/** The most columns of code that the text column of the site shows. */
const mostColumns = 76

/** A place in a page, and what to change there. */
export interface ShapeFinding {
  readonly line: number
  readonly message: string
}

/** A sentence of a page. */
export interface Sentence {
  readonly line: number
  readonly text: string
  readonly words: number
}

/** The sentences of a page: those of three words and more in its paragraphs, list items and table cells. */
export const sentencesOf = (text: string): Sentence[] =>
  readPagePassages(text)
    .filter(({ kind }) => kind === 'page')
    .flatMap((passage) => {
      const prose = passage.text
        .replaceAll(/`[^`]*`/g, (code) => `\`${code.replaceAll(/[^\n]/g, '').slice(0, 1)}code\``)
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replaceAll(/<[^>]+>/g, '')
      return [...prose.matchAll(/(?:(?![.!?:][)”*_"]*\s+[A-Z`*“[])[^|])+/g)].map(
        ({ 0: sentence, index }) => {
          const start = /^[.!?:)”*_"\s>-]*/.exec(sentence)![0].length
          return {
            line: passage.line + (prose.slice(0, index + start).match(/\n/g)?.length ?? 0),
            text: sentence.slice(start).replaceAll(/\s+/g, ' ').trim(),
            words: sentence.split(/\s+/).filter((word) => /\w/.test(word)).length,
          }
        },
      )
    })
    .filter(({ words }) => words > 2)

/** The sentences with more than 30 words. */
export const longSentences = (text: string): Sentence[] =>
  sentencesOf(text).filter(({ words }) => words > mostWords)

/** The line of the first code block if it is not among the first 15, and 0 if the page has no code. */
export function lateCode(text: string): number | undefined {
  const line = text.split('\n').findIndex((one) => /^ *(?:```|~~~)/.test(one)) + 1
  return line > 0 && line <= openingLines ? undefined : line
}

/** Paragraphs that follow two others without code, a table, a list or a picture between them. */
export function wallsOfText(text: string): ShapeFinding[] {
  const found: ShapeFinding[] = []
  let paragraphs = 0
  let isCode = false
  let wasBlank = true
  for (const [index, line] of text.split('\n').entries()) {
    const isFence = /^ *(?:```|~~~|:::)/.test(line)
    if (isFence && !line.trim().startsWith(':::')) isCode = !isCode
    if (isCode || isFence || /^ *(?:[-*] |\d+\. |\||>|!\[|<)/.test(line)) paragraphs = 0
    else if (wasBlank && line.trim() !== '' && !line.startsWith('#') && !/^\s/.test(line)) {
      paragraphs += 1
      if (paragraphs > 2)
        found.push({
          line: index + 1,
          message: `paragraph ${paragraphs} without code, a table, a list or a picture before it`,
        })
    }
    wasBlank = line.trim() === ''
  }
  return found
}

/** Lines of code that the text column of the site does not show whole. Output in `text` blocks may be wider. */
export function wideCode(text: string): ShapeFinding[] {
  let language: string | undefined
  return text.split('\n').flatMap((line, index) => {
    const fence = /^ *(?:```|~~~)(\w*)/.exec(line)
    if (fence !== null) language = language === undefined ? fence[1] : undefined
    const isWide = fence === null && language !== undefined && line.length > mostColumns
    return isWide && language !== 'text'
      ? [{ line: index + 1, message: `${line.length} columns of code: at most ${mostColumns}` }]
      : []
  })
}
