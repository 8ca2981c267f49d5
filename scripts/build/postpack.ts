// npm runs it in the package's folder after it has packed.
import { removeRootFiles, restoreManifest } from './pack-form.ts'

restoreManifest(process.cwd())
removeRootFiles(process.cwd())
