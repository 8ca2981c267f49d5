// `node scripts/copy-scalar.ts`: takes from @scalar/api-reference, unchanged, the files that the documentation page
// serves with `docs: { reference: 'scalar' }`. The package has 40 MB and a hundred dependencies, so it is packed and
// unpacked, and never installed.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = '1.72.1'

/** The files by name, with their place in the package and their SHA-256. */
export const scalarFiles: Readonly<Record<string, { from: string; sha256: string }>> = {
  'standalone.js': {
    from: 'dist/browser/standalone.js',
    sha256: 'bf091006bdc3af6067af77c2f534812e3e633e94a94e87138069f570f33b762c',
  },
  'style.css': {
    from: 'dist/style.css',
    sha256: '99b6d86ad1312923d0147b262ac91c54ee4a63d19f2ef4646b2ee71f5f78803b',
  },
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The folder of the copies. Its LICENSE is the MIT license, which the package names and does not contain. */
export const scalarFolder: string = join(root, 'packages/plinth/assets/scalar')

/** The SHA-256 of a file. */
export const hashOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex')

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'scalar-'))
  try {
    const asked = ['pack', '--silent', `@scalar/api-reference@${version}`]
    const archive = execFileSync('npm', asked, { cwd: folder, encoding: 'utf8' }).trim()
    execFileSync('tar', ['-xzf', archive], { cwd: folder })
    mkdirSync(scalarFolder, { recursive: true })
    for (const [name, { from, sha256 }] of Object.entries(scalarFiles)) {
      const source = join(folder, 'package', from)
      const found = hashOf(source)
      if (found !== sha256) throw new Error(`${from} of ${version} has the SHA-256 ${found}`)
      cpSync(source, join(scalarFolder, name))
    }
    console.log(`scalar ${version}: ${Object.keys(scalarFiles).length} files in ${scalarFolder}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
