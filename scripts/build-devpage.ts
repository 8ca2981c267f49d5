// `node scripts/build-devpage.ts`: bundles the development page of `packages/plinth/devpage` into
// `packages/plinth/assets/devpage`. The result is kept in the repository, as the other assets are, so that
// users need not build it to install or to test the package.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const source = join(root, 'packages/plinth/devpage')

/** The folder of the built files. */
export const devpageFolder: string = join(root, 'packages/plinth/assets/devpage')

/** Builds the page. Returns the text of each file by its name: the same text for the same sources. */
export async function buildDevpage(): Promise<Readonly<Record<string, string>>> {
  return { 'page.js': await bundle(), 'page.css': styles() }
}

async function bundle(): Promise<string> {
  const made = await rolldown({
    cwd: root,
    input: join(source, 'main.tsx'),
    platform: 'browser',
    onLog: (_level, { message }) => {
      throw new Error(message)
    },
  })
  const { output } = await made.generate({ format: 'esm', minify: true, comments: false })
  await made.close()
  const [{ code }, ...others] = output
  if (others.length > 0) throw new Error('The page is one file: something imports dynamically')
  return code.endsWith('\n') ? code : `${code}\n`
}

/** The style sheets one after the other, in the order of their names. */
function styles(): string {
  const files = globSync('styles/*.css', { cwd: source }).toSorted()
  return files.map((file) => readFileSync(join(source, file), 'utf8')).join('\n')
}

if (import.meta.main) {
  mkdirSync(devpageFolder, { recursive: true })
  const files = Object.entries(await buildDevpage())
  for (const [name, text] of files) writeFileSync(join(devpageFolder, name), text)
  const sizes = files.map(([name, { length }]) => `${name} ${Math.round(length / 1024)} kB`)
  console.log(`development page: ${sizes.join(', ')}`)
}
