import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { otlpCollector, type OtlpCollector } from '../support/telemetry/otlp-collector.ts'
import { freePort } from '../../../../scripts/test/free-port.ts'

/** A server of the benchmark, with or without telemetry. */
export interface Contender {
  readonly name: string
  /** The one without telemetry that it is compared with. */
  readonly plain: string
  readonly command: readonly string[]
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
}

/** A contender that runs. */
export interface RunningContender extends Contender {
  readonly url: string
  readonly process: ChildProcess
  /** The collector of its spans; `undefined` without telemetry. */
  readonly collector: OtlpCollector | undefined
}

const contenders = fileURLToPath(new URL('../../../../bench/contenders', import.meta.url))
const setup = new URL('telemetry-cost-setup.ts', import.meta.url).href
const sampled = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }
const traces = { ...sampled, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }

function plinth(): readonly Contender[] {
  const parts = { plain: 'Plinth', folder: contenders }
  const main = 'plinth/main.ts'
  const command = [process.execPath, '--import', setup, main]
  return [
    { ...parts, name: 'Plinth', command: [process.execPath, main], env: {} },
    { ...parts, name: 'Plinth, traces', command, env: traces },
    { ...parts, name: 'Plinth, traces and metrics', command, env: sampled },
  ]
}

/** Fastify, if FASTIFY is a folder whose node_modules has what the contender and `fastify` of the setup import. */
function fastify(): readonly Contender[] {
  const packages = process.env['FASTIFY']
  if (packages === undefined) return []
  const folder = mkdtempSync(join(tmpdir(), 'plinth-telemetry-fastify-'))
  for (const part of ['fastify', 'schema.ts', 'settings.ts'])
    cpSync(join(contenders, part), join(folder, part), { recursive: true })
  symlinkSync(join(packages, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const parts = { plain: 'Fastify', folder }
  const main = 'fastify/main.ts'
  const command = [process.execPath, '--import', setup, main]
  const instrumented = (instrumentations: string): Record<string, string> => ({
    ...traces,
    FASTIFY: packages,
    INSTRUMENTATIONS: instrumentations,
  })
  return [
    { ...parts, name: 'Fastify', command: [process.execPath, main], env: {} },
    { ...parts, name: 'Fastify, http and pg', command, env: instrumented('http pg') },
    {
      ...parts,
      name: 'Fastify, http, pg and @fastify/otel',
      command,
      env: instrumented('http pg fastify'),
    },
  ]
}

/** FastAPI, if FASTAPI is the path of its command in an environment with `fastapi[opentelemetry]`. */
function fastapi(): readonly Contender[] {
  const program = process.env['FASTAPI']
  if (program === undefined) return []
  const flags =
    '-m uvicorn main:app --loop uvloop --http httptools --no-access-log --log-level warning'
  const parts = {
    plain: 'FastAPI',
    folder: join(contenders, 'fastapi'),
    command: [join(dirname(program), 'python'), ...flags.split(' ')],
  }
  return [
    { ...parts, name: 'FastAPI', env: {} },
    {
      ...parts,
      name: 'FastAPI, its telemetry (no SQL)',
      env: { ...traces, FASTAPI_OTEL_AUTO_CONFIGURE: 'true' },
    },
  ]
}

/** All contenders whose packages are there. */
export const allContenders = (): readonly Contender[] => [...plinth(), ...fastify(), ...fastapi()]

/** Starts a contender, and waits until it accepts connections. Those with telemetry have a collector each. */
export async function startContender(
  contender: Contender,
  given: Readonly<Record<string, string>>,
): Promise<RunningContender> {
  const [program = '', ...args] = contender.command
  const port = String(await freePort())
  const isTraced = contender.name !== contender.plain
  const collector = isTraced ? await otlpCollector() : undefined
  const address = args.includes('uvicorn') ? ['--host', '127.0.0.1', '--port', port] : []
  const child = spawn(program, [...args, ...address], {
    cwd: contender.folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: port,
      ...given,
      ...contender.env,
      ...(collector !== undefined && { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }),
    },
  })
  const url = `http://127.0.0.1:${port}`
  while ((await fetch(url).catch(() => undefined)) === undefined) {
    if (child.exitCode !== null) throw new Error(`${contender.name} ended instead of listening`)
    await delay(50)
  }
  return { ...contender, url, process: child, collector }
}

/** Ends a contender, and its collector. */
export async function stopContender({
  process: child,
  collector,
}: RunningContender): Promise<void> {
  if (child.exitCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await collector?.[Symbol.asyncDispose]()
}
