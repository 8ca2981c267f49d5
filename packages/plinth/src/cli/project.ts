import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import type { App } from '../app/app.types.ts'
import type { Database } from '../database/database.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { describeSettings } from '../settings/settings.ts'
import { checkCopy } from './own-package.ts'
import { loadError } from './load-error.ts'

/** Where the parts of a service are: the `plinth` key of its package.json, with the defaults filled in. */
export interface ProjectPaths {
  /** Exports `api`. Default `src/api.ts`. */
  readonly api: string
  /** Exports `db`. Default `src/database.ts`. */
  readonly database: string
  /** Exports the models. Default `src/models.ts`. */
  readonly models: string
  /** The folder of the migrations. Default `migrations`. */
  readonly migrations: string
  /** Exports `env`. Default `src/env.ts`. */
  readonly env: string
}

/** A service: a folder with a package.json. */
export interface Project {
  /** Its folder, absolute. */
  readonly root: string
  /** As package.json says; the folder's name otherwise. */
  readonly name: string
  /** Absolute. */
  readonly paths: ProjectPaths
}

const keys = ['api', 'database', 'models', 'migrations', 'env'] as const

const text = z.string().min(1)
const manifest = z.looseObject({
  name: z.string().optional(),
  plinth: z
    .strictObject({
      api: text.default('src/api.ts'),
      database: text.default('src/database.ts'),
      models: text.default('src/models.ts'),
      migrations: text.default('migrations'),
      env: text.default('src/env.ts'),
    })
    .prefault({}),
})

const invalid = (message: string, cause?: unknown): PlinthError =>
  new PlinthError('PLINTH_PROJECT_INVALID', message, { cause })

/**
 * Finds the service that a folder belongs to: the nearest package.json, in it or above.
 *
 * @param cwd - default: the working directory
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: there is no package.json, or its `plinth` key is wrong
 */
export function findProject(cwd: string = process.cwd()): Project {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return readProject(folder)
    if (dirname(folder) === folder)
      throw invalid(
        `There is no package.json in ${resolve(cwd)} or above: run this in the folder of a service, or make one with npm create plinth`,
      )
  }
}

/** {@link findProject}, and makes its folder the working directory: `.env` and data folders are read from there. */
export function enterProject(cwd?: string): Project {
  const project = findProject(cwd)
  process.chdir(project.root)
  return project
}

function readProject(root: string): Project {
  const file = join(root, 'package.json')
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw invalid(`${file} cannot be read: ${(error as Error).message}`, error)
  }
  const parsed = manifest.safeParse(content)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(
      `${file}: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}. The "plinth" key has paths under ${keys.join(', ')}, each a text such as "src/api.ts"`,
    )
  }
  const { name, plinth } = parsed.data
  const paths = Object.fromEntries(keys.map((key) => [key, withExtension(root, plinth[key])]))
  return { root, name: name ?? root, paths: paths as unknown as ProjectPaths }
}

/** As it is written; where that is not there, the same name as Node's other kinds of module: a build has `.js`. */
function withExtension(root: string, path: string): string {
  const written = resolve(root, path)
  if (existsSync(written) || extname(written) === '') return written
  const stem = written.slice(0, -extname(written).length)
  return (
    ['.ts', '.js', '.mts', '.mjs'].map((end) => stem + end).find((path) => existsSync(path)) ??
    written
  )
}

type ProjectPart = keyof ProjectPaths

/** Whether a part of the service is there. */
export const hasPart = (project: Project, key: ProjectPart): boolean =>
  existsSync(project.paths[key])

async function load(project: Project, key: Exclude<ProjectPart, 'migrations'>): Promise<object> {
  const file = project.paths[key]
  if (!existsSync(file))
    throw invalid(
      `There is no ${file}: write where it is into package.json, as "plinth": { "${key}": "src/${key}.ts" }`,
    )
  checkCopy(project.root)
  try {
    return (await import(pathToFileURL(file).href)) as object
  } catch (error) {
    throw loadError(error, { root: project.root, file })
  }
}

interface ExportQuery<T> {
  readonly key: Exclude<ProjectPart, 'migrations' | 'models'>
  /** Which export it is, where there are several. */
  readonly name: string
  /** What it was made by, as `app()`. */
  readonly madeBy: string
  readonly is: (value: unknown) => value is T
}

/** The export of that name, or else the only one of that kind. */
async function loadExport<T>(
  project: Project,
  { key, name, madeBy, is }: ExportQuery<T>,
): Promise<T> {
  const exported = (await load(project, key)) as Record<string, unknown>
  const named = exported[name]
  if (is(named)) return named
  const found = [...new Set(Object.values(exported))].filter(is)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const file = project.paths[key]
  throw invalid(
    found.length === 0
      ? `${file} exports nothing that ${madeBy} made: write "export const ${name} = ${madeBy.replace('()', '(…)')}", or set the path of "${key}" in package.json`
      : `${file} exports ${found.length} values that ${madeBy} made: name the one that is meant "${name}"`,
  )
}

const has = (value: unknown, names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => name in value)

const isApp = (value: unknown): value is App =>
  has(value, ['fetch', 'openapi', 'override', 'start', 'stop'])

const isDatabase = (value: unknown): value is Database =>
  has(value, ['kind', 'location', 'open', 'close', 'execute'])

function isSettings(value: unknown): value is object {
  try {
    return describeSettings(value as object) !== undefined
  } catch {
    return false
  }
}

/** @throws {PlinthError} `PLINTH_PROJECT_INVALID`: it is not there, cannot be loaded, or exports no app */
export const loadApi = (project: Project): Promise<App> =>
  loadExport(project, { key: 'api', name: 'api', madeBy: 'app()', is: isApp })

/**
 * The database of the service, not opened yet.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: it is not there, cannot be loaded, or exports no database
 */
export const loadDatabase = (project: Project): Promise<Database> =>
  loadExport(project, { key: 'database', name: 'db', madeBy: 'database()', is: isDatabase })

/** What `settings()` gave. @throws {PlinthError} `PLINTH_PROJECT_INVALID`, `PLINTH_SETTINGS_INVALID` */
export const loadEnv = (project: Project): Promise<Readonly<Record<string, unknown>>> =>
  loadExport(project, { key: 'env', name: 'env', madeBy: 'settings()', is: isSettings }) as Promise<
    Readonly<Record<string, unknown>>
  >

/** Everything that the models' module exports. @throws {PlinthError} `PLINTH_PROJECT_INVALID` */
export const loadModels = (project: Project): Promise<Readonly<Record<string, unknown>>> =>
  load(project, 'models') as Promise<Readonly<Record<string, unknown>>>
