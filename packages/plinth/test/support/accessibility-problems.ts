import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** A rule that a page breaks. */
export interface AccessibilityProblem {
  /** The name of the rule in axe, such as `color-contrast`. */
  readonly id: string
  /** The elements that break it. */
  readonly nodes: readonly { readonly html: string }[]
}

/**
 * Runs axe on the current page.
 *
 * @param rules - the only rules to apply; all of them by default
 */
export async function accessibilityProblems(
  page: Page,
  rules?: string[],
): Promise<readonly AccessibilityProblem[]> {
  const axe = new AxeBuilder({ page })
    // only the details of what is wrong are computed
    .options({ resultTypes: ['violations'] })
    // for pages with frames, axe puts the results together in a second page, which costs more than the rules
    .setLegacyMode(page.frames().length === 1)
  if (rules) axe.withRules(rules)
  return (await axe.analyze()).violations
}
