import { readBlocks, type Block } from '../../../../scripts/check/markdown.ts'
import { commandsOf } from './tutorial-steps.ts'

/** A request of an `http` block, and the response that the page shows for it. */
export interface Exchange {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | undefined
  readonly expected: {
    readonly status: number
    readonly reason: string
    readonly headers: readonly (readonly [string, string])[]
    readonly body: string
  }
}

/** A section of a page: its code, and what the page says that the code does. */
export interface Passage {
  readonly title: string
  /** The anchor of its heading. */
  readonly anchor: string
  readonly blocks: readonly Block[]
  readonly exchanges: readonly Exchange[]
  /** The comments after the calls of `console.log`, or after those of a function `show` that calls it. */
  readonly outputs: readonly string[]
  /** All lines that its code prints, where a block shows them instead of comments. */
  readonly printed: string | undefined
  /** The commands of its `sh` blocks. */
  readonly commands: readonly string[]
  /** Its other blocks of output: what a command prints or writes, or the development page shows. */
  readonly texts: readonly string[]
}

/** The sections of a page, one for each heading of the second level, and the code before them. */
export interface Page {
  /** Files that the passages import. */
  readonly shared: readonly Block[]
  readonly passages: readonly Passage[]
}

/** Reads a page of passages. */
export function readPage(page: string): Page {
  const [intro = '', ...sections] = page.split(/^(?=## )/m)
  return { shared: readBlocks(intro), passages: sections.map(readPassage) }
}

/** Reads a page as passages: the code before the first heading of the second level is one, too. */
export const readSections = (page: string): Passage[] => page.split(/^(?=## )/m).map(readPassage)

function readPassage(section: string): Passage {
  const title = /^## (.+)/.exec(section)?.[1] ?? ''
  const blocks = readBlocks(section)
  const outputs = blocks.flatMap(({ text }) => readOutputs(text))
  const texts = readFences(section, 'text', '', 'mermaid', 'sql output').filter(isOutput)
  const hasComments = outputs.every((output) => output !== undefined)
  return {
    title,
    anchor: anchorOf(title),
    blocks,
    exchanges: readFences(section, 'http').flatMap((text) =>
      text.split(/^###\n/m).map(readExchange),
    ),
    outputs: hasComments ? outputs : [],
    printed: hasComments ? undefined : texts[0],
    commands: readFences(section, 'sh').flatMap(commandsOf),
    texts: hasComments ? texts : texts.slice(1),
  }
}

/** False for a drawing with arrows, boxes or branches. */
const isOutput = (text: string): boolean => !/[▶┌├]/.test(text)

/** The blocks of these languages. */
const readFences = (section: string, ...languages: readonly string[]): string[] =>
  [...section.matchAll(/^```(?<language>.*)\n(?<text>[\s\S]*?)^```$/gm)]
    .map(({ groups }) => groups)
    .filter((groups) => languages.includes(groups?.['language'] ?? ''))
    .map((groups) => groups?.['text'] ?? '')

/** The anchor that GitHub gives to a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

function readExchange(text: string): Exchange {
  const [sent = '', received] = text.split(/^(?=HTTP\/1\.1 )/m)
  const request = readMessage(sent)
  const [method = '', path = ''] = request.first.split(' ')
  if (received === undefined || !path.startsWith('/'))
    throw new Error(`an http block needs "GET /path" and "HTTP/1.1 200 OK":\n${text}`)
  const response = readMessage(received)
  const [, status = '', ...reason] = response.first.split(' ')
  return {
    method,
    path,
    headers: request.headers,
    body: request.body === '' ? undefined : request.body,
    expected: {
      status: Number(status),
      reason: reason.join(' '),
      headers: response.headers,
      body: response.body,
    },
  }
}

function readMessage(text: string) {
  const [head = '', ...rest] = text.trim().split('\n\n')
  const [first = '', ...lines] = head.split('\n')
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(': ')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + ': '.length)]
  })
  return { first, headers, body: rest.join('\n\n') }
}

/** The comment after each `console.log(…)` or `show(…)`: at the end of its line, or on the lines below. */
function readOutputs(code: string): (string | undefined)[] {
  const calls = code.includes('const show = ')
    ? /^(?=[ \t]*await show\()/m
    : /^(?=[ \t]*console\.log\()/m
  return code
    .split(calls)
    .slice(1)
    .map((part) => {
      const found = /[^\n][ \t]\/\/ (?<beside>.*)|^\/\/ (?<below>.*(?:\n\/\/ .*)*)/m.exec(
        part,
      )?.groups
      return found?.['beside'] ?? found?.['below']?.replaceAll('\n// ', '\n')
    })
}
