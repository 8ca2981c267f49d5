// `node scripts/copy-swagger-ui.ts`: takes from swagger-ui-dist, unchanged, the files that the documentation page
// serves. Plinth does not depend on the package itself, which has 12 MB and brings a telemetry
// script.
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const swaggerUiFiles = [
  'LICENSE',
  'NOTICE',
  'oauth2-redirect.html',
  'oauth2-redirect.js',
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'swagger-ui.css',
] as const

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The source and destination folders. */
export const swaggerUiFolders = {
  source: join(root, 'node_modules/swagger-ui-dist'),
  target: join(root, 'packages/plinth/assets/swagger-ui'),
}

if (import.meta.main) {
  const { source, target } = swaggerUiFolders
  mkdirSync(target, { recursive: true })
  for (const file of swaggerUiFiles) cpSync(join(source, file), join(target, file))
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
    version: string
  }
  console.log(`swagger-ui ${version}: ${swaggerUiFiles.length} files in ${target}`)
}
