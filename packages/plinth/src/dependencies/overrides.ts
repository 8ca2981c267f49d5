import { DependencyDefinition, unnamed, type Injectable } from './dependency.ts'

/** An override, for {@link Overrides.isUseful} and the warning about one that had no effect. */
export interface OverrideCheck {
  readonly target: Injectable
  /** True if a route, socket or job declares the dependency, even if another override leaves it out. */
  readonly isDeclared: boolean
  /** The line that called `override()`, as a stack trace shows it. */
  readonly calledAt: string | undefined
  /** True if the same override of a mounted app has an effect. */
  readonly isUsefulInside: () => boolean
}

/** The replacements of dependencies in one app. It remembers which ones were looked up, to warn of the others. */
export class Overrides extends Map<Injectable, Injectable> {
  readonly #found = new Set<Injectable>()
  readonly #open = new Set<OverrideCheck>()

  override get(asked: Injectable): Injectable | undefined {
    const fake = super.get(asked)
    if (fake !== undefined) this.#found.add(asked)
    return fake
  }

  /** Sets a replacement, and returns the one before it, if there is one. */
  replace(asked: Injectable, fake: Injectable): Injectable | undefined {
    const before = super.get(asked)
    this.set(asked, fake)
    return before
  }

  /** Watches an override until {@link settle}, {@link settleAll} or {@link leave}. */
  watch(check: OverrideCheck): void {
    this.#open.add(check)
  }

  /** Stops watching an override of a mounted app: the outer app warns. */
  leave(check: OverrideCheck): void {
    this.#open.delete(check)
  }

  /** True if the override has replaced something, or could. */
  isUseful({ target, isDeclared, isUsefulInside }: OverrideCheck): boolean {
    return isDeclared || this.#found.has(target) || isUsefulInside()
  }

  /** Warns if an override that ends had no effect. The log of an app is silent in tests, so it is a process warning. */
  settle(check: OverrideCheck): void {
    if (!this.#open.delete(check) || this.isUseful(check)) return
    process.emitWarning(
      `override() of ${nameOf(check.target)} had no effect: no route, socket or job of the app uses it, and no run() did. Override the same object that the route declares, not a copy from another import path or a second dependency() call`,
      { type: 'PlinthWarning', ...(check.calledAt && { detail: check.calledAt }) },
    )
  }

  /** Warns of the overrides without an effect when the app stops. */
  settleAll(): void {
    for (const check of this.#open) this.settle(check)
  }
}

function nameOf(target: Injectable): string {
  if (target instanceof DependencyDefinition)
    return target.name === unnamed ? unnamed : `the dependency "${target.name}"`
  return 'source' in target ? `a ${target.source} parameter` : 'a credential'
}
