import { benchmarkChart, type BenchmarkResults } from './benchmark-chart.ts'

/** The program of the README, which a test runs. */
export function programOf(readme: string): string {
  const [, program] = /^## A whole backend\n+```ts\n([\s\S]*?)^```/m.exec(readme) ?? []
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

/** A picture in its light and its dark form: the site shows the one of its switch. */
const picture = (name: string, size: readonly [number, number], alt: string): string =>
  ['light', 'dark']
    .map(
      (look) =>
        `<img class="picture ${look}-only" src="/pictures/${name}-${look}.png" width="${size[0]}" height="${size[1]}" alt="${alt}" loading="lazy">`,
    )
    .join('\n')

/** Makes the landing page from the README's program and the results of the benchmark. */
export const landingPage = (readme: string, results: BenchmarkResults): string => `---
layout: page
sidebar: false
title: Plinth
titleTemplate: TypeScript backends from one model
description: Declare a model once in Zod. It is the Postgres table, the validator, the OpenAPI document and the types of the client.
---

<main class="landing vp-doc">
<header class="hero">

# One model, the whole backend

Declare it once in Zod: it is the Postgres table, the validator, the OpenAPI document, and the types of your client. For TypeScript, Postgres and Better Auth.

<p class="actions"><a class="action" href="/tutorial/">Start the tutorial</a> <a class="action second" href="/coming-from-fastapi">Coming from FastAPI</a> <a href="/create"><code>npm create plinth my-app</code></a></p>

</header>
<div class="product">
<section class="program">

## You write this file

\`\`\`ts
${programOf(readme)}\`\`\`

</section>
<section class="pictures">

## You get the documentation page

${picture('docs-page', [620, 570], 'The documentation page of the service, with an operation for each route')}

## And a client that knows your routes

${picture('completion', [620, 268], 'An editor that completes the paths of the service in a call of its client')}

</section>
</div>
<section class="benchmark">

## A fraction of the CPU

${benchmarkChart(results)}

[How it is measured, and where Plinth is behind](/benchmark)

</section>
<section class="reasons">

## Why Plinth

<ul>
${reasons.map(([title, text, link]) => `<li><a href="${link}"><strong>${title}</strong></a><span>${text}</span></li>`).join('\n')}
</ul>

</section>
</main>
`
