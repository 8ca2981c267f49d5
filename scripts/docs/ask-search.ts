import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { indexOptions, searchOptions } from './search-options.ts'

interface Hit {
  readonly id: string
}
interface Search {
  search(query: string, options: object): Hit[]
}
interface MiniSearch {
  loadJSON(json: string, options: object): Search
}

/** Loads the search index of a built site, and returns a search for the paths of the hits, best first. */
export async function searchOf(
  site: string,
  folder: string,
): Promise<(question: string) => readonly string[]> {
  const [index] = globSync('assets/chunks/@localSearchIndexroot*.js', { cwd: folder })
  if (index === undefined) throw new Error(`${folder} has no search index`)
  const text = (await import(pathToFileURL(resolve(folder, index)).href)) as { default: string }
  // the library that searches in the browser
  const resolved = createRequire(resolve(site, 'node_modules/vitepress/package.json')).resolve(
    'minisearch',
  )
  const { default: miniSearch } = (await import(pathToFileURL(resolved).href)) as {
    default: MiniSearch
  }
  const loaded = miniSearch.loadJSON(text.default, indexOptions)
  return (question) => loaded.search(question, searchOptions).map(({ id }) => id)
}
