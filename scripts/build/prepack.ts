// npm runs this in the package's folder before packing. It builds the JavaScript and replaces
// package.json by the published one. `postpack.ts` restores it, and so does the next pack if this
// one is killed.
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addAgentFiles } from './agent-files.ts'
import { buildPackage } from './build-package.ts'
import { addRootFiles, publishManifest, restoreManifest } from './pack-form.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const folder = process.cwd()
if (restoreManifest(folder)) console.error('An earlier pack was interrupted: restored package.json')
await buildPackage(folder)
addRootFiles(root, folder)
if (basename(folder) === 'plinth') addAgentFiles(root, folder)
publishManifest(folder)
