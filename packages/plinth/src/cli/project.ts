import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import type { App } from '../app/app.types.ts'
import type { Database } from '../database/database.ts'
import { PlinthError } from '../errors/plinth-error.ts'
import { describeSettings } from '../settings/made-settings.ts'
import { checkCopy } from './own-package.ts'
import { loadError } from './load-error.ts'

/** The paths of a service's parts: the `plinth` key of its package.json, with defaults filled in. */
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
  /** Exports the Better Auth instance that runs in the service. Default `src/auth.ts`. */
  readonly auth: string
}

/** A service: a folder with a package.json. */
export interface Project {
  /** The absolute path of its folder. */
  readonly root: string
  /** The name in package.json, or else the folder. */
  readonly name: string
  /** Absolute paths. */
  readonly paths: ProjectPaths
}

type ProjectPart = keyof ProjectPaths

const keys: readonly ProjectPart[] = ['api', 'database', 'models', 'migrations', 'env', 'auth']

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
      auth: text.default('src/auth.ts'),
    })
    .prefault({}),
})

const invalid = (message: string, cause?: unknown): PlinthError =>
  new PlinthError('PLINTH_PROJECT_INVALID', message, { cause })

/**
 * Finds the service that a folder belongs to, by the nearest package.json in it or above it.
 *
 * @param cwd - the folder to start from. Default: the working directory
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: there is no package.json, or its `plinth` key is wrong
 */
export function findProject(cwd: string = process.cwd()): Project {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return readProject(folder)
    if (dirname(folder) === folder)
      throw invalid(
        `There is no package.json in ${resolve(cwd)} or above it: run this in the folder of a service, or create one with npm create plinth`,
      )
  }
}

/** Finds the project and changes the working directory to its folder: `.env` and data folders are relative to it. */
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
      `${file}: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}. The "plinth" key has paths under ${keys.join(', ')}, each a string such as "src/api.ts"`,
    )
  }
  const { name, plinth } = parsed.data
  const path = (key: ProjectPart): string => withExtension(root, plinth[key])
  const paths: ProjectPaths = {
    api: path('api'),
    database: path('database'),
    models: path('models'),
    migrations: path('migrations'),
    env: path('env'),
    auth: path('auth'),
  }
  return { root, name: name ?? root, paths }
}

/** The path as written or, if there is no such file, with another module extension: a build has `.js`. */
function withExtension(root: string, path: string): string {
  const written = resolve(root, path)
  if (existsSync(written) || extname(written) === '') return written
  const stem = written.slice(0, -extname(written).length)
  return (
    ['.ts', '.js', '.mts', '.mjs'].map((end) => stem + end).find((path) => existsSync(path)) ??
    written
  )
}

/** True if a part of the service exists. */
export const hasPart = (project: Project, key: ProjectPart): boolean =>
  existsSync(project.paths[key])

/**
 * Loads all exports of a part.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: the file is missing or cannot be loaded
 */
export async function loadPart(
  project: Project,
  key: Exclude<ProjectPart, 'migrations'>,
): Promise<object> {
  const file = project.paths[key]
  if (!existsSync(file))
    throw invalid(
      `There is no ${file}: set its path in package.json, for example "plinth": { "${key}": "src/${key}.ts" }`,
    )
  checkCopy(project.root)
  try {
    return (await import(pathToFileURL(file).href)) as object
  } catch (error) {
    throw loadError(error, { root: project.root, file })
  }
}

/** The export of a module to look for. */
interface ExportQuery<T> {
  readonly key: Exclude<ProjectPart, 'migrations' | 'models' | 'auth'>
  /** The name of the export, if the module has several of that kind. */
  readonly name: string
  /** The function that makes such a value, for example `app()`. */
  readonly madeBy: string
  readonly is: (value: unknown) => value is T
}

/** Returns the export of that name, or else the only one of that kind. */
async function loadExport<T>(
  project: Project,
  { key, name, madeBy, is }: ExportQuery<T>,
): Promise<T> {
  const exported = (await loadPart(project, key)) as Record<string, unknown>
  const named = exported[name]
  if (is(named)) return named
  const found = [...new Set(Object.values(exported))].filter(is)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const file = project.paths[key]
  throw invalid(
    found.length === 0
      ? `${file} does not export anything made by ${madeBy}: write "export const ${name} = ${madeBy.replace('()', '(…)')}", or set the path of "${key}" in package.json`
      : `${file} exports ${found.length} values made by ${madeBy}: name the one to use "${name}"`,
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

/**
 * Loads the app of the service.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: the file is missing, cannot be loaded, or exports no app
 */
export const loadApi = (project: Project): Promise<App> =>
  loadExport(project, { key: 'api', name: 'api', madeBy: 'app()', is: isApp })

/**
 * Loads the database of the service, without opening it.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: the file is missing, cannot be loaded, or exports no database
 */
export const loadDatabase = (project: Project): Promise<Database> =>
  loadExport(project, { key: 'database', name: 'db', madeBy: 'database()', is: isDatabase })

/**
 * Loads the settings of the service.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: the file is missing, cannot be loaded, or exports no settings;
 * `PLINTH_SETTINGS_INVALID`: a setting is missing or invalid
 */
export const loadEnv = (project: Project): Promise<Readonly<Record<string, unknown>>> =>
  loadExport(project, { key: 'env', name: 'env', madeBy: 'settings()', is: isSettings }) as Promise<
    Readonly<Record<string, unknown>>
  >

/**
 * Loads all exports of the models module.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: the file is missing or cannot be loaded
 */
export const loadModels = (project: Project): Promise<Readonly<Record<string, unknown>>> =>
  loadPart(project, 'models') as Promise<Readonly<Record<string, unknown>>>
