import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from './parse-env.ts'
import type { Supplied } from './secret.ts'

const file = '.env.local'
const lockFile = '.env.local.lock'
const waitMilliseconds = 20
const staleMilliseconds = 5000

const sleep = (milliseconds: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/** Runs a function under a lock file, and takes over the lock of a process that died. */
function locked<T>(directory: string, run: () => T): T {
  const lock = join(directory, lockFile)
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx'))
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
      if (Date.now() - since > staleMilliseconds) rmSync(lock, { force: true })
      else sleep(waitMilliseconds)
    }
  }
  try {
    return run()
  } finally {
    rmSync(lock, { force: true })
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function append(path: string, text: string): void {
  const descriptor = openSync(path, 'a', 0o600)
  try {
    writeSync(descriptor, text)
  } finally {
    closeSync(descriptor)
  }
}

// State of the whole process: a command such as `plinth doctor` must not write, whatever it loads.
let keeps = true

/** From now on, this process keeps generated values in memory only. */
export function keepNothing(): void {
  keeps = false
}

/**
 * Generates a value and appends it to `.env.local` (mode 0600 if the file is new), with a notice on stderr.
 *
 * Two processes that start at once agree on one value. Returns `undefined` if the directory is not writable.
 */
export function keepGenerated(
  name: string,
  directory: string,
  make: () => string,
): Supplied | undefined {
  if (!keeps) return { text: make(), source: 'made in memory' }
  const path = join(directory, file)
  try {
    return locked(directory, () => {
      const before = textOf(path)
      const other = parseEnv(before).entries.findLast((entry) => entry.name === name)?.value
      if (other) return { text: other, source: file }
      const text = make()
      append(path, `${before === '' || before.endsWith('\n') ? '' : '\n'}${name}=${text}\n`)
      process.stderr.write(
        `plinth: ${name} was not set, so one was generated and saved in ${file} (give your frontend the same one, and keep the file out of git)\n`,
      )
      return { text, source: `made, in ${file}` }
    })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    process.stderr.write(
      `plinth: ${name} was not set, and ${file} cannot be written (${code}): a generated one is used until this process ends\n`,
    )
    return undefined
  }
}
