import { regexes } from 'zod/v4/core'

/** The problems by field, and a sentence for those without a field. */
export interface AuthFailure {
  readonly fields: Readonly<Record<string, string>>
  readonly sentence?: string | undefined
}

const asked: Readonly<Record<string, string>> = {
  name: 'Enter your name',
  email: 'Enter your email address',
  password: 'Enter your password',
}

const wrong = {
  email: 'Enter a valid email address',
  short: 'Eight characters or more',
  long: '128 characters or fewer',
} as const

type Check = (value: string, isNew: boolean) => string | undefined
const checks: Readonly<Record<string, Check>> = {
  email: (value) => (regexes.email.test(value) ? undefined : wrong.email),
  // signing in must stay possible with a password from before a change of the limits
  password: ({ length }, isNew) =>
    !isNew ? undefined : length < 8 ? wrong.short : length > 128 ? wrong.long : undefined,
}

/**
 * Checks all fields with the rules of Better Auth, which itself reports one problem at a time.
 *
 * @param isNew - the password is a new one
 */
export function problemsIn(
  entered: Readonly<Record<string, string>>,
  isNew: boolean,
): AuthFailure | undefined {
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(entered)) {
    const text = value.trim() === '' ? asked[name] : checks[name]?.(value, isNew)
    if (text !== undefined) fields[name] = text
  }
  return Object.keys(fields).length > 0 ? { fields } : undefined
}

const byCode: Readonly<Record<string, readonly [field: string, text: string]>> = {
  INVALID_EMAIL: ['email', wrong.email],
  VALIDATION_ERROR: ['email', wrong.email],
  USER_ALREADY_EXISTS: ['email', 'An account with this address exists. Sign in instead.'],
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: [
    'email',
    'An account with this address exists. Sign in instead.',
  ],
  PASSWORD_TOO_SHORT: ['password', wrong.short],
  PASSWORD_TOO_LONG: ['password', wrong.long],
  INVALID_EMAIL_OR_PASSWORD: ['password', 'Email or password is wrong'],
}

const sentences: Readonly<Record<string, string>> = {
  INVALID_TOKEN: 'This link has expired, or was used already. Send another one.',
}

const byStatus: Readonly<Record<number, string>> = {
  0: 'The sign-in service is not responding. Try again in a moment.',
  429: 'Too many attempts. Wait a few seconds, and try again.',
}

/** The result of a request without a response. */
export const noResponse = { error: { status: 0 } } as const

/** Maps an error of Better Auth to its field. */
export function failureOf(error: { code?: string | undefined; status: number }): AuthFailure {
  const known = byCode[error.code ?? '']
  if (known !== undefined) return { fields: { [known[0]]: known[1] } }
  const sentence =
    sentences[error.code ?? ''] ??
    byStatus[error.status] ??
    'That did not work. Try again in a moment.'
  return { fields: {}, sentence }
}
