import type { RecordedThrown } from './recorded.types.ts'
import { framesOf } from './stack-frames.ts'

/** The most errors of a chain of causes. */
const mostCauses = 6

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The errors in a log line: the thrown one first, then its causes. */
export function thrownFrom(described: unknown, root: string): RecordedThrown[] {
  const found: RecordedThrown[] = []
  let each = described
  while (typeof each === 'object' && each !== null && found.length < mostCauses) {
    const { name, message, code, stack, cause } = each as Readonly<Record<string, unknown>>
    const text = textOf(stack)
    found.push({
      name: textOf(name) || 'Error',
      message: textOf(message),
      ...(typeof code === 'string' && { code }),
      stack: text,
      frames: framesOf(text, root),
    })
    each = cause
  }
  return found
}
