/** Characters that take two columns in a monospaced font: East Asian scripts and most emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u

/** The number of columns of a text in a monospaced font. */
export function columnsIn(text: string): number {
  let columns = 0
  for (const character of text) columns += wide.test(character) ? 2 : 1
  return columns
}

/** Cuts a text at a number of columns; a longer one ends with an ellipsis. */
export function shortened(text: string, columns: number): string {
  if (columnsIn(text) <= columns) return text
  let kept = ''
  let width = 1
  for (const character of text) {
    width += columnsIn(character)
    if (width > columns) break
    kept += character
  }
  return `${kept}…`
}
