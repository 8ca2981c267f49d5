/** Runs all steps, one after the other, and throws the first error after the last step. */
export async function runAll(steps: readonly (() => unknown)[]): Promise<void> {
  let failure: { readonly error: unknown } | undefined
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      failure ??= { error }
    }
  }
  if (failure !== undefined) throw failure.error
}
