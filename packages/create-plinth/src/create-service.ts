import { randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateError } from './create-error.ts'
import { nameProblem, nearName } from './service-name.ts'

export { CreateError } from './create-error.ts'

/** The folder of this package. It contains `src`, or `dist` once published. */
const own = dirname(dirname(fileURLToPath(import.meta.url)))

interface Manifest {
  name: string
  version: string
  scripts: Record<string, string>
  dependencies: Record<string, string>
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

/** The version of this package, and of `plinth` in a new service. */
export const version: string = readManifest(own).version

/** Options of {@link createService}. */
export interface CreateOptions {
  /** The `name` of package.json and the title of the documentation. Default: the folder's name. */
  readonly name?: string | undefined
  /** The version of `plinth` in package.json, or `file:…tgz`. Default: {@link version}. */
  readonly plinth?: string | undefined
  /** If true, creates a Next.js frontend with Better Auth in `web/`. Default: false. */
  readonly web?: boolean | undefined
  /** If true, the service has Better Auth and a small page in the same process. Default: false. */
  readonly auth?: boolean | undefined
}

/** A new service. */
export interface Created {
  /** The absolute path of its folder. */
  readonly folder: string
  readonly name: string
}

/** Files of a new repository. A folder with nothing else counts as empty. */
const asGoodAsEmpty = new Set([
  '.git',
  '.gitattributes',
  '.DS_Store',
  '.idea',
  '.vscode',
  'LICENSE',
])

/**
 * Checks a folder for a new service. Returns a sentence with the problem, or `undefined`.
 *
 * @example
 * ```ts
 * import { folderProblem } from 'create-plinth'
 *
 * console.log(folderProblem('/')) // '/ is not empty: …'
 * ```
 */
export function folderProblem(folder: string): string | undefined {
  const path = resolve(folder)
  if (!existsSync(path)) return undefined
  if (!statSync(path).isDirectory()) return `${path} is a file: choose another name`
  const inTheWay = readdirSync(path).filter((name) => !asGoodAsEmpty.has(name))
  if (inTheWay.length === 0) return undefined
  const some = inTheWay.slice(0, 3).join(', ')
  const others = inTheWay.length > 3 ? ` and ${inTheWay.length - 3} more` : ''
  return `${path} is not empty: it has ${some}${others}. Choose a folder that is new or empty`
}

/**
 * Writes a new service into a new or empty folder.
 *
 * The service has one model with its routes, tests, the first migration, a Dockerfile, a CI
 * workflow, and an `.env` with its own secret. Nothing is installed.
 *
 * @throws {CreateError} the folder is not empty, the name is not a valid package name, or both `web`
 * and `auth` are asked for; nothing is written then
 * @example
 * ```ts
 * import { createService } from 'create-plinth'
 *
 * const { folder } = createService('my-app', { name: '@acme/notes' })
 * console.log(`cd ${folder} && npm install`)
 * ```
 */
export function createService(folder: string, options: CreateOptions = {}): Created {
  const path = resolve(folder)
  const name = options.name ?? basename(path)
  const wrong = nameProblem(name)
  if (wrong !== undefined)
    throw new CreateError(
      `'${name}' is not a valid package name: it ${wrong}. Try ${nearName(name)}, or give a name with --name`,
    )
  const { plinth = version, web = false, auth = false } = options
  if (web && auth)
    throw new CreateError(
      '--auth has a page of its own, in the same process: choose --auth or --web (a Next.js frontend)',
    )
  const problem = folderProblem(path)
  if (problem !== undefined) throw new CreateError(problem)
  write(path, { name, plinth, web, auth })
  return { folder: path, name }
}

interface Written {
  readonly name: string
  readonly plinth: string
  readonly web: boolean
  readonly auth: boolean
}

/** A folder to write, with its differences from the template. */
interface Part {
  readonly template: string
  readonly folder: string
  readonly manifest: (manifest: Manifest) => object
}

function write(path: string, { name, plinth, web, auth }: Written): void {
  const secret = randomBytes(32).toString('base64')
  const client = web && { client: 'plinth client --out web/src/api.d.ts' }
  const service: Part = {
    template: auth ? 'template-auth' : 'template',
    folder: path,
    manifest: ({ scripts, ...rest }) => ({ ...rest, name, scripts: { ...scripts, ...client } }),
  }
  const frontend: Part = {
    template: 'template-web',
    folder: join(path, 'web'),
    manifest: (manifest) => ({ ...manifest, name: `${name}-web` }),
  }
  for (const part of web ? [service, frontend] : [service]) {
    writePart(part, { title: name.replace(/^@.*\//, ''), plinth })
    // the frontend and the service share the secret
    writeSecret(part.folder, secret)
  }
}

/** The files besides package.json that contain the template's name. */
const titled = [
  'README.md',
  'src/api.ts',
  'src/api.d.ts',
  'app/layout.tsx',
  'web/index.html',
  'web/page.ts',
]

function writePart(
  { template, folder, manifest }: Part,
  { title, plinth }: { title: string; plinth: string },
): void {
  mkdirSync(folder, { recursive: true })
  cpSync(join(own, template), folder, { recursive: true })
  // npm does not pack .gitignore files
  renameSync(join(folder, '_gitignore'), join(folder, '.gitignore'))
  for (const file of titled.map((name) => join(folder, name)).filter((file) => existsSync(file)))
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replaceAll('my-app', () => title),
    )
  const { dependencies, ...rest } = readManifest(folder)
  const changed = manifest({ ...rest, dependencies: { ...dependencies, plinth } })
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(changed, null, 2)}\n`)
}

/** Makes `.env` from `.env.example`. */
function writeSecret(folder: string, secret: string): void {
  const env = readFileSync(join(folder, '.env.example'), 'utf8')
    .replace(
      /^# Copy to \.env.*\n/,
      '# Read at every start; git ignores it. The process environment wins.\n',
    )
    .replace(/^BETTER_AUTH_SECRET=$/m, () => `BETTER_AUTH_SECRET=${secret}`)
  // other users of the machine must not read it
  writeFileSync(join(folder, '.env'), env, { mode: 0o600 })
}
