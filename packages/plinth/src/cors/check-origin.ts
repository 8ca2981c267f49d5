/** Hosts below which anyone can register a name: a wildcard over them would allow strangers. */
const sharedSuffixes: ReadonlySet<string> = new Set(
  [
    'co.uk org.uk com.au com.br co.jp co.nz co.za com.cn co.in com.tr',
    'vercel.app netlify.app pages.dev workers.dev github.io gitlab.io web.app firebaseapp.com',
    'herokuapp.com onrender.com fly.dev railway.app azurewebsites.net cloudfront.net amplifyapp.com',
    'surge.sh ngrok.app ngrok.io ngrok-free.app trycloudflare.com nip.io sslip.io deno.dev replit.app',
  ].flatMap((line) => line.split(' ')),
)

const scheme = /^([a-z][a-z\d+.-]*):\/\//i

/**
 * Checks an entry of the allow-list, and describes its problem.
 *
 * Returns `undefined` for an origin that a browser can send, and for a pattern such as `https://*.example.com`.
 */
export function originProblem(entry: string): string | undefined {
  if (entry === '*') return undefined
  if (entry === 'null')
    return `'null' is what sandboxed frames, data: URLs and redirects send: any page can have it. Leave it out`
  if (/[^\x21-\x7e]/.test(entry))
    return `${JSON.stringify(entry)} has white space or letters beyond ASCII: write the host as the browser sends it (xn--…)`
  if (!scheme.test(entry))
    return `'${entry}' has no scheme: write 'https://${entry}', or 'http://…' for a development server`
  return entry.includes('*') ? patternProblem(entry) : exactProblem(entry)
}

function exactProblem(origin: string): string | undefined {
  const protocol = scheme.exec(origin)![1]!.toLowerCase()
  if (protocol !== 'http' && protocol !== 'https') return otherSchemeProblem(origin, protocol)
  let url: URL
  try {
    url = new URL(origin)
  } catch {
    return `'${origin}' is not an origin: write scheme, host, and port unless it is the default`
  }
  if (url.username || url.password || origin.includes('@'))
    return 'an origin of cors has a user in it: write scheme, host and port only'
  if (url.hostname.endsWith('.'))
    return `'${origin}' ends its host with a dot, which makes it another origin: leave the dot out`
  // A browser sends the canonical form, and it is compared byte by byte.
  if (url.origin !== origin)
    return `'${origin}' is not how a browser writes it (no path, no slash at the end, lower case, no default port): write '${url.origin}'`
  return undefined
}

// Apps in a web view: capacitor://localhost, tauri://localhost
function otherSchemeProblem(origin: string, protocol: string): string | undefined {
  if (protocol === 'file')
    return `'${origin}': pages from files have the origin 'null', which any page can have`
  if (/^[a-z][a-z\d+.-]*:\/\/[a-z\d.-]+(?::\d{1,5})?$/.test(origin)) return undefined
  return `'${origin}' is not an origin: write scheme and host, in lower case and without a path`
}

function patternProblem(pattern: string): string | undefined {
  const parts = /^https?:\/\/\*\.([^*]+)$/.exec(pattern)
  if (!parts)
    return `'${pattern}': a * may only stand for the first part of the host, as in 'https://*.example.com'`
  const problem = exactProblem(pattern.replace('*.', ''))
  if (problem) return problem
  const host = new URL(pattern.replace('*.', '')).hostname
  if (host === 'localhost') return undefined
  if (!host.includes('.'))
    return `'${pattern}' would allow every host below '.${host}': name your own`
  if (/^[\d.]+$/.test(host)) return `'${pattern}': an IP address has no hosts below it`
  if (sharedSuffixes.has(host))
    return `'${pattern}' would allow strangers, since anyone can register a name below '${host}': list exact origins`
  return undefined
}

const label = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/

/** Tells if an origin matches a pattern such as `https://*.example.com`: the `*` is exactly one label of the host. */
export function matchesPattern(origin: string, pattern: string): boolean {
  const star = pattern.indexOf('*')
  const before = pattern.slice(0, star)
  const after = pattern.slice(star + 1)
  return (
    origin.length > before.length + after.length &&
    origin.startsWith(before) &&
    origin.endsWith(after) &&
    label.test(origin.slice(before.length, -after.length))
  )
}
