import type * as z from 'zod'
import { secretsIn } from './made-settings.ts'
import { problemLines, type ReadSetting, type SettingContext } from './read-setting.ts'
import { redact } from './redact.ts'
import type { CheckProblem } from './settings-check.ts'
import type { AnySchema } from '../schemas/any-schema.ts'
import { textOf } from './setting-text.ts'

const redacted = '[redacted]'
/** The shortest secret that is replaced inside a message: a shorter one is part of ordinary words. */
const leastReplaced = 4

/** All settings, with what was read of them. */
export interface ReadSettings {
  readonly shape: Readonly<Record<string, AnySchema>>
  readonly prefix: string
  readonly reads: ReadonlyMap<string, ReadSetting>
  readonly context: SettingContext
}

/** Explains the problems of valid settings that do not go together. No message shows a secret of any setting. */
export function togetherLines(
  problems: readonly (z.core.$ZodIssue | CheckProblem)[],
  { shape, prefix, reads, context }: ReadSettings,
): string[] {
  if (problems.length === 0) return []
  const secrets = [...reads].flatMap(([name, { value, source, isFromSecrets }]) =>
    source === 'default' ? [] : secretsIn({ name, schema: shape[name], isFromSecrets }, value),
  )
  const safe = (message: string): string =>
    secrets
      .filter(({ text }) => text.length >= leastReplaced)
      .reduce((told, { text }) => told.replaceAll(text, redacted), redact(message))
  return problems.flatMap((problem) => {
    const issue: z.core.$ZodIssue =
      'name' in problem
        ? { code: 'custom', path: [problem.name], message: problem.message, input: undefined }
        : problem
    const [key = '', ...path] = issue.path
    const schema = shape[String(key)]
    const message = safe(issue.message)
    if (schema === undefined) return [`  ${message}`]
    const name = `${prefix}${String(key)}`
    const found = textOf(name, schema, context)
    const issues = [{ ...issue, path, message }]
    return problemLines({ name, schema, issues, found, isTogether: true }, context)
  })
}
