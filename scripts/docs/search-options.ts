/** Words without a meaning of their own: nearly every page has them. */
const stopWords = new Set(
  'a an and are as at be can do does for from happens how i in is it my of on or set the to use what when where which with'.split(
    ' ',
  ),
)

/** Prepares a word of a search or of a page: undefined for a word that says nothing. */
export function processTerm(term: string): string | undefined {
  const word = term.toLowerCase()
  return stopWords.has(word) ? undefined : word
}

/** The search of the site. A title counts more than a heading, and a heading more than text. */
export const searchOptions = {
  processTerm,
  prefix: true,
  // a short word with one letter changed is another word
  fuzzy: (term: string): number | false => (term.length > 5 ? 0.2 : false),
  boost: { title: 6, titles: 2, text: 1 },
}
