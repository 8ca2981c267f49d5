import { globSync, readFileSync } from 'node:fs'
import { fileOf } from './static-server.ts'

/** The paths of the pages of a built site, such as `/models`. */
export const pathsOf = (folder: string): string[] =>
  globSync('**/*.html', { cwd: folder })
    .filter((file) => file !== '404.html')
    .map((file) => `/${file.replace(/(?:index)?\.html$/, '')}`)
    .toSorted()

const idsIn = (html: string): Set<string> =>
  new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id))

/** Finds the links of a built site whose page or anchor does not exist: `page -> link`. */
export function deadLinks(folder: string): { readonly links: number; readonly dead: string[] } {
  const ids = new Map<string, Set<string>>()
  const anchorsOf = (file: string): Set<string> => {
    const known = ids.get(file) ?? idsIn(readFileSync(file, 'utf8'))
    ids.set(file, known)
    return known
  }
  const dead = new Set<string>()
  let links = 0
  for (const path of pathsOf(folder)) {
    const html = readFileSync(fileOf(folder, path)!, 'utf8')
    for (const [, href = ''] of html.matchAll(/<a [^>]*href="([^"]+)"/g)) {
      if (/^(?:https?:|mailto:)/.test(href)) continue
      links++
      const url = new URL(href.replaceAll('&amp;', '&'), `http://localhost${path}`)
      const target = fileOf(folder, decodeURIComponent(url.pathname))
      const anchor = decodeURIComponent(url.hash.slice(1))
      if (target === undefined) dead.add(`${path} -> ${href}`)
      else if (anchor !== '' && !anchorsOf(target).has(anchor))
        dead.add(`${path} -> ${href} (the page has no such anchor)`)
    }
  }
  return { links, dead: [...dead] }
}
