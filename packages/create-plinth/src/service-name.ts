/** Names that npm reserves. */
const reserved = ['node_modules', 'favicon.ico']

const wellFormed = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/

/**
 * Checks a package name. Returns the problem in words that follow "it", or `undefined`.
 *
 * @see https://docs.npmjs.com/cli/configuring-npm/package-json#name
 */
export function nameProblem(name: string): string | undefined {
  if (name.length > 214) return 'has more than 214 characters'
  if (!wellFormed.test(name))
    return 'may have small letters, digits, ".", "_" and "-", and begins with a letter or a digit'
  if (reserved.includes(name)) return 'is a name that npm keeps for itself'
  // imports of the framework would find the service instead
  if (name === 'plinth') return 'is the name of the framework'
  return undefined
}

/** Suggests a similar valid name: `my-app` for `My App!`, and also if nothing is left. */
export function nearName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 214)
  return name === '' || nameProblem(name) !== undefined ? 'my-app' : name
}
