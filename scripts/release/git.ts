import { spawnSync } from 'node:child_process'

/** Runs git in a folder, and returns its output without the last line break. */
export type Git = (...args: readonly string[]) => string

/** @throws the message of git, if a command fails */
export const gitIn =
  (cwd: string): Git =>
  (...args) => {
    const { status, stdout, stderr, error } = spawnSync('git', args, { cwd, encoding: 'utf8' })
    if (status === 0) return stdout.trimEnd()
    throw new Error(`git ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`.trim()}`)
  }
