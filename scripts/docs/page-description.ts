/** The most characters of a description that search engines show. */
const mostCharacters = 160

/** The description of a page for search engines: the first sentences of its prose. */
export function pageDescription(text: string): string | undefined {
  const prose = text
    .replace(/^---[\s\S]*?^---/m, '')
    .replaceAll(/^( *)```[\s\S]*?^\1```/gm, '')
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .find((part) => /^[\w`[*"“]/.test(part) && !/^\d+\. /.test(part))
  const words = (prose ?? '')
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll(/<[^>]+>|\*\*|`/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  if (words === '') return undefined
  const short = words.slice(0, mostCharacters + 1)
  if (short === words) return words
  const end = short.lastIndexOf('. ')
  return end > 40 ? short.slice(0, end + 1) : `${short.slice(0, short.lastIndexOf(' '))}…`
}
