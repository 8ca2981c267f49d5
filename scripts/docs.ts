// The documentation as a site: npm run docs, npm run docs:dev, npm run docs:check, npm run docs:pictures
import { spawn, spawnSync } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { assemblePage, assemblePages, sourcesOf } from './docs/assemble-pages.ts'
import { addToSite } from './build/agent-files.ts'
import { isInstalled } from './is-installed.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const site = join(root, 'site')

function install(): void {
  if (isInstalled(site)) return
  console.error('Installing VitePress (first run only)…')
  const { status, stdout, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: site,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`npm ci in site/ failed:\n${stdout}${stderr}`)
}

/** Runs VitePress, and returns its exit code. */
async function vitepress(...args: readonly string[]): Promise<number> {
  const bin = join(site, 'node_modules/vitepress/bin/vitepress.js')
  const child = spawn(process.execPath, [bin, ...args], { cwd: site, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

/** Copies each page again when its file changes. */
function followChanges(): void {
  const sources = new Set(sourcesOf(root))
  for (const folder of ['docs', 'bench', '.'])
    watch(join(root, folder), { recursive: folder === 'docs' }, (_event, name) => {
      const source = join(folder, name ?? '')
      if (sources.has(source)) assemblePage(root, source)
    })
}

const commands: Readonly<Record<string, () => Promise<number>>> = {
  build: async () => {
    await assemblePages(root)
    const code = await vitepress('build')
    if (code === 0) addToSite(root, join(root, '.build/site'))
    return code
  },
  dev: async () => {
    await assemblePages(root)
    followChanges()
    return vitepress('dev', ...process.argv.slice(3))
  },
  check: async () => (await import('./docs/check-site.ts')).checkSite(root),
  pictures: async () => (await import('./docs/take-pictures.ts')).takePictures(root),
}

const command = commands[process.argv[2] ?? 'build']
if (command === undefined) {
  console.error(`Unknown command. Expected one of: ${Object.keys(commands).join(', ')}.`)
  process.exitCode = 2
} else {
  install()
  process.exitCode = await command()
}
