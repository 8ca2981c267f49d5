import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { Finding } from '../check/finding.ts'
import { slugify } from './slugify.ts'

/** The pages whose links are checked. */
const pageFiles = ['docs/**/*.md', '{README,CONTRIBUTING,CHANGELOG}.md', 'bench/README.md']

/** Blanks code, so that positions stay what they are. */
const withoutCode = (text: string): string =>
  text.replaceAll(/^( *)(```|~~~)[\s\S]*?^\1\2|`[^`\n]*`/gm, (code) =>
    code.replaceAll(/[^\n]/g, ' '),
  )

/** The anchors of a page: those of its headings, as GitHub makes them, and of its `id` attributes. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  const fenceless = text.replaceAll(/^( *)(```|~~~)[\s\S]*?^\1\2/gm, '')
  for (const [, id = ''] of fenceless.matchAll(/\sid="([^"]+)"/g)) anchors.add(id)
  for (const [, heading = ''] of fenceless.matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = slugify(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)|<[^>]+>/g, '$1'))
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

/** Finds the links between pages of the repository whose file or anchor does not exist. */
export function deadPageLinks(root: string): { readonly links: number; readonly dead: Finding[] } {
  const anchors = new Map<string, Set<string>>()
  const hasAnchor = (file: string, anchor: string): boolean => {
    const known = anchors.get(file) ?? anchorsOf(readFileSync(join(root, file), 'utf8'))
    anchors.set(file, known)
    return known.has(anchor)
  }
  const dead: Finding[] = []
  let links = 0
  for (const file of globSync(pageFiles, { cwd: root })) {
    const text = withoutCode(readFileSync(join(root, file), 'utf8'))
    for (const { 1: to = '', 2: anchor = '', index } of text.matchAll(
      /\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g,
    )) {
      links += 1
      const target = to === '' ? file : posix.join(posix.dirname(file), to)
      const problem = !existsSync(join(root, target))
        ? `${target} does not exist`
        : anchor !== '' && target.endsWith('.md') && !hasAnchor(target, anchor)
          ? `${target} has no heading with the anchor #${anchor}`
          : undefined
      if (problem !== undefined)
        dead.push({ file, line: text.slice(0, index).split('\n').length, message: problem })
    }
  }
  return { links, dead }
}
