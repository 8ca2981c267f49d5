// `node scripts/test-packages.ts` packs the packages, and tries them the way users install them. With
// a folder, it tries the tarballs there. It downloads Node 26 and Bun, so `npm test` does not include it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { startPostgres } from '../packages/plinth/test/support/postgres/postgres-server.ts'
import { pack, packages, packedIn, type Packed } from './build/pack.ts'
import { tryFrontend } from './packages/installed-frontend.ts'
import { installService, tryProject, tryService } from './packages/installed-service.ts'
import { tryWeb } from './packages/installed-web.ts'
import { contentProblems } from './packages/package-contents.ts'
import { runtimesIn, type Runtime } from './packages/runtimes.ts'
import { attempt, equal, type Tried } from './packages/tried.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), 'plinth-packages-'))
let failed = 0

function report(where: string, { what, problem, ms }: Tried): void {
  if (problem !== undefined) failed += 1
  const mark = problem === undefined ? 'ok' : 'x '
  console.log(
    `${mark} ${where}: ${what}, ${ms} ms${problem === undefined ? '' : `\n   ${problem}`}`,
  )
}

/** Lints the tarballs with publint and attw. */
function lint(tarball: string): void {
  const tools = [
    ['publint', '--strict', tarball],
    ['attw', '--profile', 'esm-only', '--format', 'ascii', tarball],
  ] as const
  for (const [tool, ...args] of tools) {
    const began = performance.now()
    const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
      encoding: 'utf8',
    })
    const ms = Math.round(performance.now() - began)
    const problem = status === 0 ? {} : { problem: `${stdout}${stderr}` }
    report(basename(tarball), { what: tool, ms, ...problem })
  }
}

/** Runs the service on embedded Postgres, and on a server. */
async function tryBoth(service: string, runtime: Runtime): Promise<void> {
  const name = runtime.name.replaceAll(/\W/g, '_')
  const embedded = await tryService(service, runtime, `pglite:./.plinth/${name}`)
  for (const tried of embedded) report(`${runtime.name}, PGlite`, tried)
  await admin.query(`create database ${name}`)
  const served = await tryService(service, runtime, server.url.replace(/\w+$/, name))
  for (const tried of served) report(`${runtime.name}, Postgres`, tried)
}

const server = await startPostgres()
const admin = new Client(server.url)
try {
  await admin.connect()
  const given = process.argv[2]
  const packed = given
    ? packedIn(resolve(given))
    : packages.map((name) => pack(name, join(folder, 'tarballs')))
  for (const [index, tarball] of packed.entries()) {
    const { file, files, size, unpackedSize } = tarball
    const [packedSize, unpacked] = [size, unpackedSize].map((bytes) => Math.round(bytes / 1000))
    console.log(
      `${basename(file)}: ${files.length} files, ${packedSize} kB, ${unpacked} kB unpacked`,
    )
    report(
      basename(file),
      await attempt('contents', () =>
        equal('the list of problems', contentProblems(packages[index]!, tarball).join('\n'), ''),
      ),
    )
    lint(file)
  }
  const [plinth, createPlinth] = packed as [Packed, Packed]
  const service = join(folder, 'service')
  installService(service, { plinth: plinth.file, createPlinth: createPlinth.file })
  for (const tried of await tryProject(service)) report('new service', tried)
  for (const runtime of runtimesIn(service)) await tryBoth(service, runtime)
  for (const tried of await tryWeb(service)) report('web', tried)
  report('typescript', await tryFrontend(join(folder, 'web'), service, plinth.file))
} finally {
  await admin.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(failed === 0 ? 'Everything works' : `${failed} of these failed`)
process.exitCode = failed === 0 ? 0 : 1
