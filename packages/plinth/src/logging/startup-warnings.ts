const kept = new Set<string>()

/** Notes what an app that starts shall say once: nothing is wrong yet, and something will be slow or strange. */
export function startupWarning(text: string): void {
  kept.add(text)
}

/** What was noted since the last time. */
export function takeStartupWarnings(): readonly string[] {
  const texts = [...kept]
  kept.clear()
  return texts
}
