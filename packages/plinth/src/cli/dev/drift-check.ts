import { fork, type ChildProcess } from 'node:child_process'
import { scriptOf } from './script-of.ts'
import type { DriftMessage } from './dev-messages.ts'
import type { Output } from '../output.ts'

/** Warns when the models are ahead of the migrations, before requests fail with 500 for missing columns. */
export class DriftCheck {
  readonly #root: string
  readonly #out: Output
  /** The process that compares. */
  #running: ChildProcess | undefined

  constructor(root: string, out: Output) {
    this.#root = root
    this.#out = out
  }

  /** Compares in the background. The comparison before is canceled. */
  start(): void {
    this.cancel()
    const running = fork(scriptOf('dev-drift'), { cwd: this.#root, stdio: 'ignore' })
    this.#running = running
    running.on('error', () => undefined)
    running.on('message', (message: DriftMessage) => {
      if (this.#running === running) this.#warn(message)
    })
  }

  cancel(): void {
    this.#running?.kill()
    this.#running = undefined
  }

  #warn({ statements: [first = '', ...more] }: DriftMessage): void {
    const rest = more.length > 0 ? `, and ${more.length} more` : ''
    const change = first.replaceAll(/\s+/g, ' ').trim().slice(0, 100)
    const out = this.#out
    out.note(
      `${out.style('yellow', '!')} The models changed since the newest migration. Write one with plinth db generate; it is applied here
${out.style('dim', `  ${change}${rest}`)}`,
    )
  }
}
