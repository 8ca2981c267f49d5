/** Where code runs that is started for a request, and frozen after it. */
export type ServerlessPlatform = 'vercel' | 'netlify' | 'cloudflare' | 'aws-lambda'

const marks: readonly (readonly [name: string, platform: ServerlessPlatform])[] = [
  ['VERCEL', 'vercel'],
  ['NETLIFY', 'netlify'],
  ['CF_PAGES', 'cloudflare'],
  ['AWS_LAMBDA_FUNCTION_NAME', 'aws-lambda'],
]

/**
 * The serverless platform that this runs on, by what those put into the environment; undefined anywhere else.
 *
 * @param environment - default `process.env`
 */
export function serverlessPlatform(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ServerlessPlatform | undefined {
  if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') return 'cloudflare'
  return marks.find(([name]) => environment[name])?.[1]
}
