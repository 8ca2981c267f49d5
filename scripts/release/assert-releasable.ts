import type { Git } from './git.ts'
import { Refused } from './refused.ts'

/** The branch that releases come from. */
export const releaseBranch = 'main'

/** The tag of a version. */
export const tagOf = (version: string): string => `v${version}`

/**
 * Checks that the checkout is on its branch, without changes, and as new as the remote.
 *
 * It asks the remote without fetching, so it leaves no trace.
 *
 * @throws {Refused} it is not
 */
export function assertReleasable(git: Git, version: string): void {
  const branch = git('branch', '--show-current')
  if (branch !== releaseBranch)
    throw new Refused(`Releases come from ${releaseBranch}, and this is ${branch || 'no branch'}.`)
  const changes = git('status', '--porcelain')
  if (changes !== '') throw new Refused(`Commit or stash these changes first:\n${changes}`)
  if (git('tag', '--list', tagOf(version)) !== '')
    throw new Refused(`The tag ${tagOf(version)} exists: was ${version} released before?`)
  assertNewest(git, version)
}

/** Compares with the remote of the branch, if it has one. */
function assertNewest(git: Git, version: string): void {
  const remote = git('config', '--default', '', `branch.${releaseBranch}.remote`)
  if (remote === '') return
  const refs = [`refs/heads/${releaseBranch}`, `refs/tags/${tagOf(version)}`]
  const lines = git('ls-remote', remote, ...refs)
    .split('\n')
    .filter(Boolean)
  for (const [commit = '', ref] of lines.map((line) => line.split('\t'))) {
    if (ref === refs[1]) throw new Refused(`${remote} has the tag ${tagOf(version)} already.`)
    if (!contains(git, commit))
      throw new Refused(`${remote} has commits that this checkout lacks: run git pull.`)
  }
}

/** Returns true if the current commit includes the other one. */
function contains(git: Git, commit: string): boolean {
  try {
    git('merge-base', '--is-ancestor', commit, 'HEAD')
    return true
  } catch {
    // also for a commit that this repository does not have
    return false
  }
}
