import type { PassageKind } from './passages.ts'

/** One pattern that plain English does without, and its replacement. */
export interface ProseRule {
  /** Names the rule in `prose-ok(<id>)`. */
  readonly id: string
  readonly kinds: readonly PassageKind[]
  readonly pattern: RegExp
  /** The files that it applies to. Default: all. */
  readonly files?: RegExp
  readonly instead: string
}

const everywhere: readonly PassageKind[] = [
  'docblock',
  'comment',
  'message',
  'test',
  'page',
  'heading',
]

/**
 * The patterns that the prose check refuses.
 *
 * A pattern sees its passage on one line, with the content of code spans blanked. The title of a nested test
 * starts with `… `, for what its `describe` says.
 */
export const proseRules: readonly ProseRule[] = [
  {
    id: 'starts-with-what',
    kinds: ['docblock'],
    pattern: /^(?:What|Whether|Who|That|Where)\b(?!.*\?$)/,
    instead: 'name the thing with a noun, or start with a verb',
  },
  {
    id: 'who-what-noun',
    kinds: ['docblock', 'comment', 'test'],
    pattern: /(?<=[.:;] )(?:Who|What) \w+(?: \w+){0,8} (?:is|are|gets?|must|may)\b(?!.*\?)/,
    instead: 'name the role or the thing: the caller, the client, the handler',
  },
  {
    id: 'is-no',
    kinds: everywhere,
    pattern: /(?<!\bthere )\b(?:is|are|was|were) no\b(?! longer| more| less| matter|-)/i,
    instead: '"is not a …", or say what it is',
  },
  {
    id: 'is-none',
    kinds: everywhere,
    pattern: /\b(?:is|are|was|were) none\b/i,
    instead: '"does not exist" or "has no …"',
  },
  { id: 'but-for', kinds: everywhere, pattern: /\bbut for\b/i, instead: '"except"' },
  { id: 'anew', kinds: everywhere, pattern: /\banew\b/i, instead: '"again" or "a new …"' },
  {
    id: 'as-for-such-as',
    kinds: ['docblock', 'comment', 'page'],
    pattern: /[,(] ?as `(?![^`]*` (?:does|do|has|have|says)\b)/,
    instead: '"such as" or "for example"',
  },
  {
    id: 'ones-own',
    kinds: everywhere,
    pattern: /\bof one[’']s own\b/i,
    instead: '"your own …", before the noun',
  },
  {
    id: 'be-had',
    kinds: everywhere,
    pattern: /\b(?:be|is|are|was|been) had\b/i,
    instead: '"obtained"',
  },
  {
    id: 'told-of',
    kinds: everywhere,
    pattern: /\btold (?:of|once)\b/i,
    instead: '"is notified of", "receives" or "is called with"',
  },
  {
    id: 'so-many',
    kinds: everywhere,
    pattern: /\bso many\b/i,
    instead: '"the number of" or "that many"',
  },
  {
    id: 'nobody',
    kinds: everywhere,
    pattern: /\bnobody\b/i,
    instead: '"no caller", "no client", "no process": name the role',
  },
  {
    id: 'somebody-else',
    kinds: everywhere,
    pattern: /\bsomebody else\b/i,
    instead: '"another user", "another process": name the role',
  },
  { id: 'goes-on', kinds: everywhere, pattern: /\bgo(?:es)? on with\b/i, instead: '"continues"' },
  {
    id: 'answer',
    kinds: everywhere,
    pattern: /(?<!\bnot )\banswer(?:s|ed|ing)?\b/i,
    instead: '"response", "respond" or "return"',
  },
  {
    id: 'test-fragment',
    kinds: ['test'],
    // shared contracts are called within a describe of another file
    files: /\.test\.ts$/,
    pattern: /^(?:is|are|was|were|has|have|of|that|which|whose)\b/,
    instead: 'a subject first: the name alone stands in a failing run',
  },
]

/** Capitalized words that a sentence-case heading may contain after its first word. */
export const properNouns: ReadonlySet<string> = new Set([
  'Auth',
  'Better',
  'Bun',
  'Chromium',
  'Cloudflare',
  'Deno',
  'Django',
  'Docker',
  'Drizzle',
  'Elysia',
  'Express',
  'Fastify',
  'Fly',
  'Git',
  'Google',
  'Hono',
  'Kit',
  'Kubernetes',
  'Linux',
  'Markdown',
  'Neon',
  'Nest',
  'Next',
  'Node',
  'Plinth',
  'Postgres',
  'Prometheus',
  'Python',
  'Query',
  'React',
  'Redis',
  'Render',
  'Scalar',
  'Stripe',
  'Supabase',
  'Swagger',
  'Tan',
  'Vercel',
  'Vitest',
  'Windows',
  'Workers',
  'Zod',
])
