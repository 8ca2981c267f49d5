// VitePress sends these functions to the browser as text, so each must work without anything around it.

/** Prepares a word of a search or of a page: null for a word that nearly every page has. */
export const processTerm = (term: string): string | null => {
  const word = term.toLowerCase()
  return /^(?:an?|and|are|as|at|be|can|do|does|for|from|happens|how|i|in|is|it|my|of|on|or|set|the|to|use|what|when|where|which|with)$/.test(
    word,
  )
    ? null
    : word
}

/** The search of the site. A title counts more than a heading, and a guide more than the reference. */
export const searchOptions = {
  processTerm,
  prefix: true,
  // a short word with one letter changed is another word
  fuzzy: (term: string): number | false => (term.length > 5 ? 0.2 : false),
  boost: { title: 6, titles: 2, text: 1 },
  boostDocument: (id: string): number => {
    if (/^\/?(?:reference|coming-from-fastapi\/|benchmark|changelog|entry-points)/.test(id))
      return 0.25
    return /^\/?(?:errors|tutorial)/.test(id) ? 0.5 : 1
  },
}
