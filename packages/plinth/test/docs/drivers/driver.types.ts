/** The section that a driver acts out, in the process that runs the passages. */
export interface Drive {
  /** The commands of the section's `sh` blocks, without their comments. */
  readonly commands: readonly string[]
  /** Imports a file of the page. */
  readonly load: <T>(name: string) => Promise<T>
  readonly read: (name: string) => string
  readonly write: (name: string, text: string) => void
  /** Removes a file or a folder of the page. */
  readonly remove: (name: string) => void
  /** Runs `npx plinth …` in the folder of the page, in this process; resolves with its output. */
  readonly plinth: (command: string) => Promise<string>
}

/** Does what a section describes in words; resolves with what its `text` blocks show. */
export type Driver = (drive: Drive) => Promise<readonly string[]>

/** The drivers of a page, by the anchors of its sections; `start` is the part before the first heading. */
export type Drivers = Readonly<Record<string, Driver>>
