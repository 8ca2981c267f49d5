import { sep } from 'node:path'
import type { KeptInstances } from '../../database/drivers/pglite/kept-instances.ts'
import { reportError } from '../action.ts'
import { isEmbedded } from '../db/local-database.ts'
import type { Output } from '../output.ts'
import type { Project } from '../project.ts'
import { loadService, type Service } from '../service.ts'
import { applyMigrations } from './apply-migrations.ts'
import { describeChange } from './describe-change.ts'
import type { DevLinks, ReloadReply } from './dev-messages.ts'
import type { HotGraph } from './hot-graph.ts'
import type { Leftovers } from './leftovers.ts'
import { exhausted } from './reload-limits.ts'
import { BrokenService, type SwitchableApp } from './switchable-app.ts'

/** The parts of the process that serves, for {@link Reloader}. */
export interface ReloaderParts {
  readonly project: Project
  readonly graph: HotGraph
  readonly leftovers: Leftovers
  readonly kept: KeptInstances
  readonly app: SwitchableApp
  readonly out: Output
  readonly links: () => DevLinks
}

/** Loads a service again in this process after a change, with its embedded database kept open. */
export class Reloader {
  readonly #parts: ReloaderParts
  readonly #memory = process.memoryUsage.rss()
  #reloads = 0

  constructor(parts: ReloaderParts) {
    this.#parts = parts
  }

  /** Loads what changed, and serves it. An error is reported, and the old code still serves. */
  async reload(files: readonly string[]): Promise<ReloadReply> {
    const begun = performance.now()
    const { project, graph, out, leftovers, kept, links } = this.#parts
    const change = describeChange(project.root, files)
    const migrations = files.some((file) => this.#isMigration(file))
    if (!files.every((file) => graph.isOwn(file))) return restart(change)
    const grown = process.memoryUsage.rss() - this.#memory
    const limit = exhausted({ reloads: this.#reloads, grown })
    if (limit !== undefined) return restart(`${change} (${limit})`)
    // A changed table invalidates the prepared statements of a pool, so everything is made again.
    const invalid = migrations ? graph.invalidateAll() : graph.invalidate(files)
    const models = migrations || invalid.includes(project.paths.models)
    if (invalid.length === 0) return { plinth: 'reloaded', links: links(), models }
    this.#reloads++
    kept.version++
    try {
      const applied = await this.#exchange()
      if (applied === undefined) return restart(change)
      graph.succeeded()
      leftovers.stopEarlier(new Set(invalid))
      await kept.sweep()
      for (const name of applied) out.line(`${out.style('green', '✓')} applied ${name}`)
      const milliseconds = Math.round(performance.now() - begun)
      out.line(out.style('dim', `↻ ${change}: reloaded in ${milliseconds} ms`))
      return { plinth: 'reloaded', links: links(), models }
    } catch (error) {
      reportError(out, error)
      if (error instanceof BrokenService) return restart(change)
      out.note(
        out.style(
          'dim',
          'The code from before this change still serves. It reloads after the next change.',
        ),
      )
      return { plinth: 'failed' }
    }
  }

  #isMigration(file: string): boolean {
    const { migrations } = this.#parts.project.paths
    return file === migrations || file.startsWith(migrations + sep)
  }

  /** Loads the new version and serves it. Returns the lines about migrations; undefined if the server must restart. */
  async #exchange(): Promise<readonly string[] | undefined> {
    const { project, leftovers, app } = this.#parts
    const next = await leftovers.evaluate(() => loadService(project))
    try {
      if (!app.fits(next)) return undefined
      const applied = await applyMigrations(next, project)
      await app.exchange(next)
      // The app opens it with its first query, and what nothing uses is about to be closed.
      if (next.db !== undefined && isEmbedded(next.db)) await next.db.open()
      return applied
    } catch (error) {
      leftovers.revert()
      await discard(next, app.service)
      throw error
    }
  }
}

const restart = (because: string): ReloadReply => ({ plinth: 'restart', because })

/** Closes the database of a version that is not used. */
async function discard({ db }: Service, { db: used }: Service): Promise<void> {
  if (db !== used) await db?.close().catch(() => {})
}
