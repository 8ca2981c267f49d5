import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Whether `node_modules` holds what `package-lock.json` asks for.
 *
 * npm writes `node_modules/.package-lock.json` as the last act of an install, so a missing one means none or an
 * interrupted one. Contents are compared and not dates: a checkout there and back is no reason to install.
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
  // npm leaves out what is for another platform
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
