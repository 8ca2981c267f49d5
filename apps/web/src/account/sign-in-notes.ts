/** Why a user sees the form to sign in, by the parameter `note` of its address. */
export const signInNotes: Readonly<Record<string, string>> = {
  ended: 'Your session has ended. Sign in again to continue.',
  changed: 'Your password was changed. Sign in with the new one.',
}
