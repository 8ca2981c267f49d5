import { planTextColumn } from './text.ts'
import type { ValueKind } from './value-kind.ts'

/** `z.templateLiteral()`: text of a fixed form. Its TypeScript type needs the types of its parts. */
export const templateLiteral: ValueKind = { types: ['template_literal'], column: planTextColumn }
