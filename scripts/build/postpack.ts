// npm runs this in the package's folder after packing.
import { basename } from 'node:path'
import { removeAgentFiles } from './agent-files.ts'
import { removeRootFiles, restoreManifest } from './pack-form.ts'

restoreManifest(process.cwd())
removeRootFiles(process.cwd())
if (basename(process.cwd()) === 'plinth') removeAgentFiles(process.cwd())
