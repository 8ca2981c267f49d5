import type { Output } from '../output.ts'
import type { DevLinks } from './dev-messages.ts'
import { isInForeground } from './is-in-foreground.ts'
import { openInBrowser } from './open-in-browser.ts'

/** The things that keys do. */
export interface KeyActions {
  readonly links: () => DevLinks
  readonly restart: () => void
  /** Ends it as a signal would. */
  readonly stop: (signal: NodeJS.Signals) => void
}

interface Key {
  readonly keys: readonly string[]
  readonly help?: readonly [key: string, does: string]
  readonly press: () => void
}

/** True if a person can press keys: standard input is the terminal of this process. */
export const hasKeys = (): boolean => process.stdin.isTTY && isInForeground()

/** Reacts to single keys while `plinth dev` runs. The terminal is as before afterwards. */
export class DevKeys implements Disposable {
  readonly #out: Output
  readonly #keys: readonly Key[]

  constructor(out: Output, actions: KeyActions) {
    this.#out = out
    this.#keys = keysOf(out, actions, {
      help: () => this.#help(),
      suspend: () => this.#suspend(),
    })
    this.#listen(true)
    process.stdin.on('data', this.#onData)
    process.on('exit', this.#restore).on('SIGCONT', this.#resume)
  }

  [Symbol.dispose](): void {
    this.#restore()
    process.stdin.off('data', this.#onData).pause()
    process.off('exit', this.#restore).off('SIGCONT', this.#resume)
  }

  readonly #onData = (data: Buffer): void => {
    // A key that is held down, or a text that is pasted, counts once.
    const [first = ''] = data.toString()
    this.#keys.find(({ keys }) => keys.includes(first))?.press()
  }

  #listen(raw: boolean): void {
    process.stdin.setRawMode(raw)
  }
  readonly #restore = (): void => this.#listen(false)
  readonly #resume = (): void => {
    if (hasKeys()) this.#listen(true)
  }

  /** Ctrl-Z: the terminal would stop its whole process group. */
  #suspend(): void {
    this.#restore()
    process.kill(0, 'SIGTSTP')
  }

  #help(): void {
    const out = this.#out
    for (const { help } of this.#keys)
      if (help !== undefined) out.note(`  ${out.style('bold', help[0])}  ${help[1]}`)
  }
}

interface OwnActions {
  readonly help: () => void
  readonly suspend: () => void
}

function keysOf(out: Output, actions: KeyActions, own: OwnActions): readonly Key[] {
  const open = async (url: string | undefined, missing: string): Promise<void> => {
    if (url === undefined) out.note(out.style('dim', missing))
    else if (!(await openInBrowser(url))) out.note(`Open ${url}`)
  }
  const quit = (): void => actions.stop('SIGINT')
  return [
    {
      keys: ['d'],
      help: ['d', 'open the development page'],
      press: () => void open(actions.links().page, 'There is no development page yet.'),
    },
    {
      keys: ['o'],
      help: ['o', 'open the documentation'],
      press: () =>
        void open(actions.links().docs, 'The documentation is off, or nothing serves yet.'),
    },
    { keys: ['r'], help: ['r', 'restart'], press: actions.restart },
    { keys: ['h', '?'], help: ['h', 'this help'], press: own.help },
    // Ctrl-C
    { keys: ['q', '\u0003'], help: ['q', 'quit (Ctrl-C, too)'], press: quit },
    // Ctrl-Z
    { keys: ['\u001A'], press: own.suspend },
    // Ctrl-\
    { keys: ['\u001C'], press: () => process.kill(0, 'SIGQUIT') },
  ]
}
