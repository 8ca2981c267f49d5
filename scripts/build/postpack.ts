// npm runs this in the package's folder after packing.
import { removeRootFiles, restoreManifest } from './pack-form.ts'

restoreManifest(process.cwd())
removeRootFiles(process.cwd())
