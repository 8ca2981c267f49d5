import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../../scripts/build/build-package.ts'
import { type Manifest, publishedManifest } from '../../scripts/build/published-manifest.ts'
import { benchFolder } from './contenders.ts'

/**
 * Installs Plinth for its contender from `npm pack`, as JavaScript like the other frameworks.
 *
 * It is packed from the checkout each time, so that it is never outdated.
 */
export async function installPlinth(): Promise<void> {
  const folder = join(benchFolder, '.build', 'installed')
  const installed = join(folder, 'node_modules', 'plinth')
  const source = join(benchFolder, '..', 'packages', 'plinth')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(installed, { recursive: true })
  for (const name of ['plinth', 'overload', 'settings.ts'])
    cpSync(join(benchFolder, 'contenders', name), join(folder, name), { recursive: true })
  await bundle(source, join(installed, 'dist'))
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest
  writeFileSync(join(installed, 'package.json'), JSON.stringify(publishedManifest(manifest)))
}
