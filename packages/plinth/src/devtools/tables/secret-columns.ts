/** Names of columns whose values are secrets, in any spelling: `password_hash`, `accessToken`, `apiKey`. */
const secretName =
  /passw(or)?d|passphrase|pwd|secret|token|apikey|privatekey|credential|hash|salt|otp|backupcode|recoverycode|cookie|signature/

/** Columns of Better Auth and its plugins with other names, by table. */
const secretColumns: Readonly<Record<string, ReadonlySet<string>>> = {
  verification: new Set(['identifier', 'value']),
  apikey: new Set(['key', 'start']),
  jwk: new Set(['publickey', 'privatekey']),
  devicecode: new Set(['devicecode', 'usercode']),
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** True if the values of a column never leave the server. When in doubt, it hides. */
export function isSecretColumn(table: string, column: string): boolean {
  const name = plain(column)
  return (
    secretName.test(name) || (secretColumns[plain(table).replace(/s$/, '')]?.has(name) ?? false)
  )
}
