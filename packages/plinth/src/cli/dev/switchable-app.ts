import { setTimeout as delay } from 'node:timers/promises'
import type { App } from '../../app/app.types.ts'
import { isPromise } from '../../dependencies/generator.ts'
import { clientsOfRequests, type IncomingRequest } from '../../http/incoming-request.ts'
import { internals, type Respond } from '../../http/internals.ts'
import type { Logger } from '../../logging/logger.types.ts'
import type { Servable } from '../../server/serve.ts'
import type { Service } from '../service.ts'

/** Milliseconds that the requests of the old version have to finish, and then the old version to stop. */
const patience = 3000

/** A version of a service that cannot be served any more: the process has to be started again. */
export class BrokenService extends Error {
  override readonly name = 'BrokenService'
}

/** A version of the service, and the requests that it works on. */
interface Version {
  readonly service: Service
  running: number
  onIdle: (() => void) | undefined
}

/**
 * Serves the newest version of a service behind one server, whose port stays open.
 *
 * While versions are exchanged, new requests wait. Those that the old version has begun finish there.
 */
export class SwitchableApp {
  #version: Version
  #exchange: Promise<void> | undefined
  #waiting: Promise<void> | undefined
  readonly servable: Servable

  constructor(service: Service, onStop: () => Promise<void>) {
    this.#version = versionOf(service)
    const { basePath, limits, hasSocket } = service.api[internals]
    const inside = (): App[typeof internals] => this.#api[internals]
    this.servable = {
      fetch: (request) => this.#fetch(request),
      start: () => this.#api.start(),
      drain: () => this.#api.drain(),
      endStreams: () => this.#api.endStreams(),
      stop: async () => {
        await this.#exchange?.catch(() => {})
        await stop(this.service)
        await onStop()
      },
      log: newestLog(() => this.#api.log),
      [internals]: {
        basePath,
        limits,
        hasSocket: hasSocket && ((target) => inside().hasSocket?.(target) ?? false),
        headersFor: (origin) => inside().headersFor(origin),
        writeProblem: (...args) => inside().writeProblem(...args),
        respond: this.#respond,
      },
    }
  }

  /** The version that serves. */
  get service(): Service {
    return this.#version.service
  }
  get #api(): App {
    return this.#version.service.api
  }

  /** False if the server itself depends on what differs: its limits, its base path, or whether there are sockets. */
  fits({ api }: Service): boolean {
    const facts = ({ basePath, limits, hasSocket }: App[typeof internals]): string =>
      JSON.stringify([basePath, limits, hasSocket !== undefined])
    return facts(api[internals]) === facts(this.#api[internals])
  }

  /**
   * Stops the version that serves, and starts another one.
   *
   * If that fails, the old version is started again.
   *
   * @throws the error of the new version
   * @throws {BrokenService} the old version did not stop, or did not start again
   */
  async exchange(next: Service): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting = promise
    try {
      this.#exchange = this.#exchangeNow(next)
      await this.#exchange
    } finally {
      this.#exchange = this.#waiting = undefined
      resolve()
    }
  }

  async #exchangeNow(next: Service): Promise<void> {
    const old = this.#version
    old.service.api.endStreams()
    if (!(await inTime(idle(old))))
      next.api.log.warn(
        { requests: old.running },
        'requests still run in the old version of the code',
      )
    const stopping = stop(old.service, next).catch((error: unknown) =>
      next.api.log.error(
        { err: error },
        'the old version of the code could not be stopped cleanly',
      ),
    )
    if (!(await inTime(stopping)))
      throw new BrokenService('the old version of the code did not stop')
    try {
      await next.api.start()
    } catch (error) {
      await old.service.api.start().catch((again: unknown) => {
        throw new BrokenService('the old version of the code cannot be started again', {
          cause: again,
        })
      })
      throw error
    }
    this.#version = versionOf(next)
  }

  readonly #respond: Respond = (incoming) => {
    if (this.#waiting !== undefined) return this.#waiting.then(() => this.#respond(incoming))
    return this.#track(incoming, (api) => api[internals].respond(incoming))
  }

  async #fetch(request: Request): Promise<Response> {
    await this.#waiting
    return await this.#track(clientsOfRequests.get(request), (api) => api.fetch(request))
  }

  /** Counts a request of the version that serves, until its response was sent. */
  #track<T>(
    incoming: Pick<IncomingRequest, 'onEnd'> | undefined,
    respond: (api: App) => T | Promise<T>,
  ): T | Promise<T> {
    const version = this.#version
    version.running++
    const end = (): void => {
      version.running--
      if (version.running === 0) version.onIdle?.()
    }
    if (incoming?.onEnd !== undefined) {
      incoming.onEnd(end)
      return respond(version.service.api)
    }
    let response: T | Promise<T>
    try {
      response = respond(version.service.api)
    } catch (error) {
      end()
      throw error
    }
    if (isPromise(response)) return response.finally(end)
    end()
    return response
  }
}

const versionOf = (service: Service): Version => ({ service, running: 0, onIdle: undefined })

/** Resolves when a version works on no request. */
const idle = (version: Version): Promise<void> =>
  new Promise((resolve) => {
    if (version.running === 0) resolve()
    else version.onIdle = resolve
  })

/** Stops a version. A database that the next version uses, too, stays open. */
async function stop({ api, db }: Service, next?: Service): Promise<void> {
  await api.stop()
  if (db !== next?.db) await db?.close()
}

/** False if something takes too long. */
async function inTime(work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  const late = delay(patience, false, { signal: timer.signal }).catch(() => false)
  const isDone = await Promise.race([work.then(() => true), late])
  timer.abort()
  return isDone
}

/** A log that writes to the one of the newest version. */
const newestLog = (log: () => Logger & { flush?(): unknown }): Servable['log'] => ({
  debug: (facts, message) => log().debug(facts, message),
  info: (facts, message) => log().info(facts, message),
  warn: (facts, message) => log().warn(facts, message),
  error: (facts, message) => log().error(facts, message),
  child: (facts) => log().child(facts),
  flush: async () => {
    await log().flush?.()
  },
})
