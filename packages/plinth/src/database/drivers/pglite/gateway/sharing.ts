/** The secret from which the passwords are made. Undefined in every process but the one of `plinth dev`. */
let secret: string | undefined

/**
 * Shares every embedded database that this process opens in a directory from now on, with processes of the same user.
 *
 * @param value - the same one after a restart gives the same passwords
 */
export function shareEmbeddedDatabases(value: string): void {
  secret = value
}

/** The secret of this process; undefined if it shares nothing. */
export const sharingSecret = (): string | undefined => secret
