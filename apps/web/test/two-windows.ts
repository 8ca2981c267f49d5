import { expect, it } from 'vitest'
import { addTask, openTasks, rowOf, titles, visitor, type Visitor } from './browser.ts'

/** Two windows of one user, on two devices. */
export const twoWindows = (person: () => Visitor): void =>
  it('sees a change of one window in the other, which catches up after it was offline', async () => {
    const { page } = person()
    await page.context().setOffline(false)
    await openTasks(page)
    const storageState = await page.context().storageState()
    const browser = page.context().browser()!
    const { page: other, complaints } = await visitor(browser, new URL(page.url()).origin, {
      storageState,
    })
    await openTasks(other)
    await addTask(page, 'Seen in both')
    await rowOf(other, 'Seen in both').waitFor()
    await other.getByRole('checkbox', { name: 'Done: Seen in both' }).click()
    await rowOf(page, 'Seen in both').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])

    await other.context().setOffline(true)
    await addTask(page, 'Written meanwhile')
    expect(await titles(other)).not.toContain('Written meanwhile')
    await other.context().setOffline(false)
    await rowOf(other, 'Written meanwhile').waitFor()
    await other.context().close()
  })
