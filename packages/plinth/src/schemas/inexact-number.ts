/**
 * Checks whether JavaScript would change a number: an integer that loses digits, or one beyond the range of a double.
 *
 * Digits after the point are rounded to the nearest double, as everywhere in JavaScript.
 *
 * @param text - the number in JSON
 * @see https://www.rfc-editor.org/rfc/rfc8259#section-6
 */
export function isInexact(text: string, value = Number(text)): boolean {
  if (!Number.isFinite(value)) return true
  if (value === 0) return /[1-9]/.test(text.split(/e/i, 1)[0]!)
  if (Number.isSafeInteger(value) || !/^-?\d+$/.test(text)) return false
  // JavaScript writes the shortest text that gives a double back, and not all of its digits.
  return String(value) !== text && BigInt(value) !== BigInt(text)
}
