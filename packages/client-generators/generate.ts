// Makes a client of each document with each generator: node generate.ts FOLDER, with a FOLDER/NAME/document.json each.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv } from 'node:process'
import { createClient } from '@hey-api/openapi-ts'
import openapiTypescript, { astToString } from 'openapi-typescript'
import { generate as orval } from 'orval'

const [folder = '.'] = argv.slice(2)

for (const name of readdirSync(folder)) {
  const here = (...path: string[]): string => join(folder, name, ...path)
  const input = here('document.json')

  // By default, it makes each property with a default required, in a body that is sent, too.
  const options = { defaultNonNullable: false, silent: true }
  const types = await openapiTypescript(readFileSync(input, 'utf8'), options)
  writeFileSync(here('openapi-typescript.ts'), astToString(types))

  await createClient({
    input,
    output: { path: here('hey-api') },
    plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
    logs: { level: 'silent', file: false },
  })

  await orval({
    input: { target: input },
    output: {
      target: here('orval-client.ts'),
      client: 'fetch',
      // Otherwise it sends JSON where a form may be written in two ways.
      override: { splitByContentType: true },
      baseUrl: { runtime: 'server.url', imports: [{ name: 'server', importPath: './server.ts' }] },
    },
  })
  writeFileSync(here('server.ts'), `export const server = { url: '' }\n`)
}
