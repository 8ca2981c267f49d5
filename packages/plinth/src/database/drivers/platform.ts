/** A platform that starts code for a request, and freezes it afterwards. */
export type ServerlessPlatform = 'vercel' | 'netlify' | 'cloudflare' | 'aws-lambda'

const marks: readonly (readonly [name: string, platform: ServerlessPlatform])[] = [
  ['VERCEL', 'vercel'],
  ['NETLIFY', 'netlify'],
  ['CF_PAGES', 'cloudflare'],
  ['AWS_LAMBDA_FUNCTION_NAME', 'aws-lambda'],
]

/**
 * Detects the serverless platform by its environment variables. Undefined anywhere else.
 *
 * @param environment - default `process.env`
 */
export function serverlessPlatform(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ServerlessPlatform | undefined {
  if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') return 'cloudflare'
  return marks.find(([name]) => environment[name])?.[1]
}
