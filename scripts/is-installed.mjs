import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Returns true if `node_modules` holds the packages that `package-lock.json` lists.
 *
 * npm writes `node_modules/.package-lock.json` at the end of an install, so a missing file means no
 * install or an interrupted one. This compares contents and not dates: switching branches back and
 * forth does not require an install.
 */
export function isInstalled(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  if (!wanted) return true
  if (!present) return false
  return Object.entries(wanted)
    .filter(([path]) => path.startsWith('node_modules/') || path.includes('/node_modules/'))
    .every(([path, entry]) => isSatisfied(entry, present[path]))
}

function isSatisfied(wanted, present) {
  // npm leaves out packages for other platforms
  if (!present) return Boolean(wanted.optional || wanted.devOptional || wanted.os || wanted.cpu)
  if (wanted.link) return present.link === true && present.resolved === wanted.resolved
  return present.version === wanted.version && present.integrity === wanted.integrity
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}
