/** The program of the README, which a test runs. */
function programOf(readme: string): string {
  const [, program] = /^## A whole backend\n+(```ts\n[\s\S]*?^```)/m.exec(readme) ?? []
  if (program === undefined) throw new Error('README.md has no program under "A whole backend"')
  return program
}

const reasons: readonly (readonly [title: string, text: string, link: string])[] = [
  [
    'One model',
    'A Zod schema is the Postgres table, the validator, the OpenAPI document and the types of the client. Change it once.',
    '/models',
  ],
  [
    'Dependencies that clean up',
    'Typed like FastAPI’s Depends, and closed before the response: a commit that fails is never a 201.',
    '/dependencies',
  ],
  [
    'Users from Better Auth',
    'Tokens and sessions are verified, the owner of a row is checked in one place, and denied is the default.',
    '/auth',
  ],
  [
    'Migrations you can deploy',
    'Renames are asked about. What would lose rows or block requests is refused, with the safe way beside it.',
    '/migrations',
  ],
  [
    'A document that is true',
    'conformance() calls every operation with valid, broken and hostile requests, and compares the responses with the OpenAPI document.',
    '/testing',
  ],
  [
    'Errors you can act on',
    'Each has a stable code, a status, and a sentence that says what to change.',
    '/errors',
  ],
]

/** Makes the landing page from the README's program. */
export const landingPage = (readme: string): string => `---
layout: page
title: Plinth
titleTemplate: TypeScript backends from one model
---

<main class="landing">
<header class="hero">

# One model, the whole backend

Declare it once in Zod: it is the Postgres table, the validator, the OpenAPI document, and the types of your client. For TypeScript, Postgres and Better Auth.

\`\`\`sh
npm create plinth my-app && cd my-app && npm install && npm run dev
\`\`\`

<p class="actions"><a class="action" href="/routing">Start with a route</a> <a class="action second" href="/coming-from-fastapi">Coming from FastAPI</a></p>

</header>
<section class="program">

## A backend in one file

${programOf(readme)}

This file is a table with a migration, two routes that take the tokens of Better Auth, a documentation page at \`/docs\`, and a typed client.

</section>
<section class="pictures">

## The documentation page it makes

<img class="picture" src="/pictures/docs-page.png" width="1280" height="800" alt="The documentation page of the service, with a request that was tried out and its response">

## The cost of a request

<img class="picture" src="./results/latest.svg" alt="CPU time per request of Plinth and other frameworks, in multiples of Plinth’s">

Each bar is the CPU time of a server for the same request. [How it is measured, and the newest numbers](https://github.com/plinth-ts/plinth/blob/main/bench/README.md)

</section>
<section class="reasons">

## Why Plinth

<ul>
${reasons.map(([title, text, link]) => `<li><a href="${link}"><strong>${title}</strong></a><span>${text}</span></li>`).join('\n')}
</ul>

</section>
</main>
`
