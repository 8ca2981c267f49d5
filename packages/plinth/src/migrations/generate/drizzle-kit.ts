import { stripVTControlCharacters } from 'node:util'
import { PlinthError } from '../../errors/plinth-error.ts'

/** The programmatic API of drizzle-kit. */
export type DrizzleKit = typeof import('drizzle-kit/api-postgres')

/** The state of all tables, as in drizzle-kit's `snapshot.json`. */
export type Snapshot = Awaited<ReturnType<DrizzleKit['generateDrizzleJson']>>

/** An entity of a snapshot, such as a table, a column or an index. */
export type Entity = Snapshot['ddl'][number]

const version = '1.0.0-rc.5'

/**
 * Loads drizzle-kit, which only the commands need: a server runs without it.
 *
 * @throws {PlinthError} `PLINTH_COMMAND_REFUSED`: it is not installed
 */
export async function drizzleKit(): Promise<DrizzleKit> {
  try {
    const kit = await import('drizzle-kit/api-postgres')
    return {
      ...kit,
      generateDrizzleJson: (...given) => withoutExit(() => kit.generateDrizzleJson(...given)),
    }
  } catch (error) {
    throw new PlinthError(
      'PLINTH_COMMAND_REFUSED',
      `This command needs drizzle-kit, which is not installed: npm install --save-dev --save-exact drizzle-kit@${version}`,
      { cause: error },
    )
  }
}

let turn: Promise<unknown> = Promise.resolve()

/**
 * Throws what drizzle-kit finds wrong with models.
 *
 * It prints that and ends the process, so meanwhile both are intercepted: one call at a time.
 */
async function withoutExit<T>(run: () => Promise<T>): Promise<T> {
  const result = turn.then(async () => {
    const exit = Reflect.get(process, 'exit')
    const log = Reflect.get(console, 'log')
    const said: string[] = []
    console.log = (...texts: unknown[]) => void said.push(texts.join(' '))
    process.exit = () => {
      const problems = stripVTControlCharacters(said.splice(0).join('\n')).trim()
      throw new PlinthError('PLINTH_MODEL_INVALID', `drizzle-kit refuses the models: ${problems}`)
    }
    try {
      return await run()
    } finally {
      process.exit = exit
      console.log = log
      for (const text of said) log(text)
    }
  })
  turn = result.catch(() => {})
  return await result
}
