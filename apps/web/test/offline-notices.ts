import { expect, it } from 'vitest'
import { addTask, openTasks, rowOf, type Visitor } from './browser.ts'

/** The notices about optimistic changes that fail. */
export const offlineNotices = (person: () => Visitor): void =>
  it('reads one notice while offline, a true one, and can repeat what failed', async () => {
    const { page } = person()
    await openTasks(page)
    await addTask(page, 'Feed the cat')
    await addTask(page, 'Water the plants')
    const context = page.context()
    const notices = page.locator('.notice p')
    const expectFailure = async (): Promise<void> => {
      await page.getByRole('alert').getByText('Nothing was changed').waitFor()
      expect(await notices.allInnerTexts()).toEqual([
        'The tasks service is not responding. Nothing was changed.',
      ])
    }
    const done = page.getByRole('checkbox', { name: 'Done: Feed the cat' })
    await context.setOffline(true)
    await done.click()
    await expectFailure()
    await done.and(page.locator(':not(:checked)')).waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByRole('button', { name: 'Delete Feed the cat' }).click()
    await expectFailure()
    await rowOf(page, 'Feed the cat').waitFor()
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Delete Water the plants' }).click()
    await page.getByText('Deleted: Water the plants').waitFor()
    expect(await notices.allInnerTexts()).toEqual(['Deleted: Water the plants'])
    await context.setOffline(true)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expectFailure()
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf(page, 'Water the plants').and(page.locator(':not([aria-busy])')).waitFor()
    await done.click()
    await page.getByText('Done: Feed the cat').waitFor()
    await context.setOffline(true)
    await page.getByRole('checkbox', { name: 'Done: Water the plants' }).click()
    await expectFailure()
  })
