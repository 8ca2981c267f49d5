import { searchWords } from './search-words.ts'

// VitePress sends these functions to the browser as text, so each must work without anything around it.
// Only `extractField` does not run there: it fills the index.

/** Prepares a word of a search or of a page: null for a word that nearly every page has. */
export const processTerm = (term: string): string | null => {
  const word = term.toLowerCase()
  return /^(?:an?|and|are|as|at|be|can|do|does|for|from|happens|how|i|in|is|it|my|of|on|or|set|that|the|to|use|what|when|where|which|with)$/.test(
    word,
  )
    ? null
    : word
}

interface Section {
  readonly id: string
  /** The headings above it: none for the start of a page. */
  readonly titles: readonly string[]
  readonly [field: string]: unknown
}

const wordsOf = ({ id, titles }: Section): string | undefined => {
  const place = id.replace(/^\//, '')
  return searchWords[titles.length === 0 ? place.replace(/#.*/, '') : place]
}

/** The index: beside the texts of a section, the words of `searchWords` that lead to it. */
export const indexOptions = {
  fields: ['title', 'titles', 'text', 'words'],
  storeFields: ['title', 'titles'],
  processTerm,
  extractField: (section: Section, field: string): unknown =>
    field === 'words' ? wordsOf(section) : section[field],
}

/** The search of the site. A title counts more than a heading, and a guide more than the reference. */
export const searchOptions = {
  processTerm,
  prefix: true,
  // a short word with one letter changed is another word
  fuzzy: (term: string): number | false => (term.length > 5 ? 0.2 : false),
  boost: { title: 4, titles: 2, text: 1, words: 4 },
  boostDocument: (id: string): number => {
    if (/^\/?(?:reference|coming-from|benchmark|changelog|entry-points)/.test(id)) return 0.25
    return /^\/?(?:errors|tutorial)/.test(id) ? 0.5 : 1
  },
}
