import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ParserOptions, PGlite, PGliteOptions } from '@electric-sql/pglite'
import { PlinthError } from '../../../errors/plinth-error.ts'
import { dropImage, readImage, writeImage } from './image-cache.ts'
import { keepMarks, type OnNotification } from './pglite-marks.ts'
import { unrefTimers } from './unref-timers.ts'

const asText = (value: string): string => value

/**
 * Parsers that make PGlite return the same values as `pg` does for Drizzle.
 *
 * bigint (20), dates, times and intervals are text, and bytea (17) is a Buffer.
 */
const parsers: ParserOptions = {
  20: asText,
  17: (value: string) => Buffer.from(value.slice(2), 'hex'),
  ...Object.fromEntries(
    [1082, 1114, 1184, 1186, 1182, 1115, 1185, 1187, 1231].map((oid) => [oid, asText]),
  ),
}

/** PGlite fills them with zeros when it opens a database: a quarter of the default saves 0.1 s and 96 MB. */
const sharedBuffers = '32MB'

/** The version of PGlite. An image only works with the version that made it. */
export function pgliteVersion(): string {
  let directory = dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite'))
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory)
  const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    version: string
  }
  return version
}

/** Creates a PGlite instance. */
async function create(options: PGliteOptions, onNotification?: OnNotification): Promise<PGlite> {
  const { PGlite, protocol } = await importPglite()
  return keepMarks(
    await PGlite.create({
      ...options,
      parsers,
      extensions: { unrefTimers },
      startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${sharedBuffers}`],
    }),
    protocol,
    onNotification,
  )
}

/** Writes a gzipped archive of a database to a file. */
export async function dumpTo(file: string, pglite: PGlite): Promise<void> {
  const dump = await pglite.dumpDataDir('gzip')
  await writeFile(file, dump.stream())
}

/** Opens a database in memory, from an image, because PGlite takes seconds to create one from scratch. */
export async function openMemory(image?: Blob, onNotification?: OnNotification): Promise<PGlite> {
  if (image !== undefined) return await create({ loadDataDir: image }, onNotification)
  const found = readImage(blankKey())
  if (found !== undefined) {
    try {
      return await create({ loadDataDir: found }, onNotification)
    } catch {
      dropImage(blankKey())
    }
  }
  const pglite = await create({}, onNotification)
  await keepImage(pglite, blankKey())
  return pglite
}

/** Writes the content of a database to the image cache, from which another one starts at once. */
export async function keepImage(pglite: PGlite, key: string): Promise<Blob> {
  const dump = await pglite.dumpDataDir('none')
  writeImage(key, new Uint8Array(await dump.arrayBuffer()))
  return dump
}

/**
 * Opens a database in a directory that the caller has locked.
 *
 * @param onNotification - called for each notification of its session
 */
export async function openDirectory(
  directory: string,
  onNotification?: OnNotification,
): Promise<PGlite> {
  const unfinished = `${directory}.new`
  // The process that began to fill it never finished, so it never acknowledged anything in it.
  if (existsSync(unfinished)) rmSync(directory, { recursive: true, force: true })
  try {
    if (existsSync(join(directory, 'PG_VERSION')))
      return await create({ dataDir: directory }, onNotification)
    mkdirSync(dirname(directory), { recursive: true })
    writeFileSync(unfinished, '')
    const image = await blank()
    const pglite = await create({ dataDir: directory, loadDataDir: image }, onNotification)
    rmSync(unfinished, { force: true })
    return pglite
  } catch (error) {
    throw damaged(directory, error)
  }
}

/** Creates a database from an image, in a directory that does not exist yet. */
export async function fillDirectory(directory: string, image: Blob): Promise<void> {
  const pglite = await create({ dataDir: directory, loadDataDir: image })
  await pglite.close()
}

const blankKey = (): string => `pglite-${pgliteVersion()}-blank`

async function blank(): Promise<Blob> {
  const found = readImage(blankKey())
  if (found !== undefined) return found
  const pglite = await create({})
  try {
    return await keepImage(pglite, blankKey())
  } finally {
    await pglite.close()
  }
}

async function importPglite(): Promise<typeof import('@electric-sql/pglite')> {
  try {
    return await import('@electric-sql/pglite')
  } catch (error) {
    throw new PlinthError(
      'PLINTH_DATABASE_UNAVAILABLE',
      'Embedded Postgres is not installed: npm install @electric-sql/pglite, or set DATABASE_URL to a Postgres server',
      { cause: error },
    )
  }
}

function damaged(directory: string, error: unknown): PlinthError {
  const [line = ''] = error instanceof Error ? error.message.split('\n', 1) : []
  // Emscripten's text is the same for every crash, and tells a user nothing.
  const said = line.startsWith('Aborted(') ? 'PGlite crashed' : line.slice(0, 200)
  return new PlinthError(
    'PLINTH_DATABASE_DAMAGED',
    `The embedded database in ${directory} cannot be opened (${said}). It may be damaged, or made by another version of Postgres: restore a copy of the directory, or move it away (mv ${directory} ${directory}.broken) to start with an empty one`,
  )
}
