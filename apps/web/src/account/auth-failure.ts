/** The fields of the form; the name only to sign up. */
export interface Credentials {
  readonly name: string
  readonly email: string
  readonly password: string
}

/** The problems by field, and a sentence for those without a field. */
export interface AuthFailure {
  readonly fields: Readonly<Record<string, string>>
  readonly sentence?: string | undefined
}

const asked: Readonly<Record<string, string>> = {
  name: 'Say what to call you',
  email: 'Your e-mail address is needed',
  password: 'Your password is needed',
}

/** Finds empty fields of the form. */
export function missingIn(entered: Credentials): AuthFailure | undefined {
  const fields = Object.fromEntries(
    Object.entries(entered)
      .filter(([, value]) => String(value).trim() === '')
      .map(([name]) => [name, asked[name] ?? 'This is needed']),
  )
  return Object.keys(fields).length > 0 ? { fields } : undefined
}

const byCode: Readonly<Record<string, readonly [field: string, text: string]>> = {
  INVALID_EMAIL: ['email', 'Enter a valid email address'],
  VALIDATION_ERROR: ['email', 'Enter a valid email address'],
  USER_ALREADY_EXISTS: ['email', 'There is an account with this address: sign in instead'],
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: [
    'email',
    'There is an account with this address: sign in instead',
  ],
  PASSWORD_TOO_SHORT: ['password', 'Eight characters or more'],
  PASSWORD_TOO_LONG: ['password', '128 characters or fewer'],
  INVALID_EMAIL_OR_PASSWORD: ['password', 'E-mail and password do not go together'],
}

const byStatus: Readonly<Record<number, string>> = {
  0: 'The sign-in service is not responding. Try again in a moment.',
  429: 'That was too often at once. Wait a few seconds, and try again.',
}

/** Maps an error of Better Auth to its field. */
export function failureOf(error: { code?: string | undefined; status: number }): AuthFailure {
  const known = byCode[error.code ?? '']
  if (known !== undefined) return { fields: { [known[0]]: known[1] } }
  const sentence = byStatus[error.status] ?? 'That did not work. Try again in a moment.'
  return { fields: {}, sentence }
}
