// npm runs it in the package's folder before it packs: builds the JavaScript, and puts the package.json that is
// published in the place of the repository's. `postpack.ts` puts that back, and so does the next pack after a killed one.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPackage } from './build-package.ts'
import { addRootFiles, publishManifest, restoreManifest } from './pack-form.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const folder = process.cwd()
if (restoreManifest(folder)) console.error('An earlier pack was cut off: package.json is restored')
await buildPackage(folder)
addRootFiles(root, folder)
publishManifest(folder)
