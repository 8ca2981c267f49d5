import {
  isBinaryExpression,
  isCallExpression,
  isExportDeclaration,
  isIdentifier,
  isImportDeclaration,
  isJsxText,
  isNoSubstitutionTemplateLiteral,
  isPropertyAccessExpression,
  isStringLiteral,
  isTaggedTemplateExpression,
  isTemplateExpression,
  SyntaxKind,
  type Expression,
  type Node,
  type SourceFile,
} from 'typescript/unstable/ast'
import { lineAt } from './finding.ts'
import { readDocblock, type Passage } from './passages.ts'

/** A text in code, with the expressions that stand between its parts. */
interface Text {
  readonly text: string
  readonly inner: readonly Node[]
}

const directive = /^\/\/\s*(?:oxlint|eslint|@ts-|@vite|v8 ignore|cspell|\/ ?<|#__)/
const sql =
  /^\s*(?:select|insert|update|delete|create|alter|do \$\$|with \w+ as|drop|truncate|set|begin|copy|grant)\b/
const testFunctions = new Set(['describe', 'it', 'test'])
const literalKinds = new Set([
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateTail,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.JsxText,
])

/** The docblocks, comments and texts of a parsed file. */
export function readCodePassages(source: SourceFile): Passage[] {
  return [...readTexts(source), ...readComments(source)].toSorted((a, b) => a.line - b.line)
}

function readTexts(source: SourceFile): Passage[] {
  const found: Passage[] = []
  let depth = 0
  const visit = (node: Node, isTitle = false): void => {
    if (isImportDeclaration(node) || isExportDeclaration(node)) return
    if (isTaggedTemplateExpression(node)) return partsOf(node.template).inner.forEach(visitChild)
    const read = readText(node)
    if (read) {
      if (isTitle || isProse(read.text)) {
        const line = lineAt(source.text, node.getStart(source))
        // the title of a nested test continues those around it
        const text = isTitle && depth > 1 ? `… ${read.text}` : read.text
        found.push({ line, kind: isTitle ? 'test' : 'message', text })
      }
      read.inner.forEach(visitChild)
    } else if (isCallExpression(node) && isTestFunction(node.expression)) {
      visit(node.expression)
      depth += 1
      node.arguments.forEach((argument, index) => visit(argument, index === 0))
      depth -= 1
    } else node.forEachChild(visitChild)
  }
  const visitChild = (node: Node): void => visit(node)
  visit(source)
  return found
}

/** A string, a template or a concatenation as one text, with `…` for what is filled in. */
function readText(node: Node): Text | undefined {
  if (isStringLiteral(node) || isJsxText(node)) return { text: node.text, inner: [] }
  if (isNoSubstitutionTemplateLiteral(node) || isTemplateExpression(node)) return partsOf(node)
  if (!isBinaryExpression(node) || node.operatorToken.kind !== SyntaxKind.PlusToken)
    return undefined
  const sides = [node.left, node.right].map((side) => ({ side, read: readText(side) }))
  if (sides.every(({ read }) => !read)) return undefined
  return {
    text: sides.map(({ read }) => read?.text ?? '…').join(''),
    inner: sides.flatMap(({ side, read }) => read?.inner ?? [side]),
  }
}

function partsOf(template: Node): Text {
  if (!isTemplateExpression(template))
    return { text: isNoSubstitutionTemplateLiteral(template) ? template.text : '', inner: [] }
  const spans = [...template.templateSpans]
  return {
    text: [template.head, ...spans.map(({ literal }) => literal)].map(({ text }) => text).join('…'),
    inner: spans.map(({ expression }) => expression),
  }
}

/** Three words and more, and not SQL. */
function isProse(text: string): boolean {
  return /\S\s+\S+\s+\S/.test(text) && /[a-z]/.test(text) && !sql.test(text)
}

/** Matches `it`, `it.each(…)`, `test.skipIf(…)` and the like. */
function isTestFunction(callee: Expression): boolean {
  if (isIdentifier(callee)) return testFunctions.has(callee.text)
  return (
    (isPropertyAccessExpression(callee) || isCallExpression(callee)) &&
    isTestFunction(callee.expression)
  )
}

function readComments(source: SourceFile): Passage[] {
  const found: Passage[] = []
  const bare = blankLiterals(source)
  let end = -1
  for (const { 0: comment, index } of bare.matchAll(/\/\*[\s\S]*?\*\/|\/\/.*/g)) {
    const text = source.text.slice(index, index + comment.length)
    const line = lineAt(source.text, index)
    if (text.startsWith('/**')) found.push(...readDocblock(text, line))
    else if (text.startsWith('/*')) found.push({ line, kind: 'comment', text: text.slice(2, -2) })
    else if (!directive.test(text)) {
      // comments on consecutive lines are one passage
      const continues = end >= 0 && /^\n[ \t]*$/.test(bare.slice(end, index))
      const previous = continues ? found.pop() : undefined
      const prose = text.slice('//'.length).trim()
      const joined = previous ? `${previous.text}\n${prose}` : prose
      found.push({ line: previous?.line ?? line, kind: 'comment', text: joined })
      end = index + text.length
    }
  }
  return found
}

/** The text of a file with its literals blanked: a `//` inside of one does not start a comment. */
function blankLiterals(source: SourceFile): string {
  const parts: string[] = []
  let end = 0
  const visit = (node: Node): void => {
    if (literalKinds.has(node.kind)) {
      const start = node.getStart(source)
      parts.push(
        source.text.slice(end, start),
        source.text.slice(start, node.end).replaceAll(/[^\n]/g, ' '),
      )
      end = node.end
    }
    node.forEachChild(visit)
  }
  visit(source)
  return [...parts, source.text.slice(end)].join('')
}
