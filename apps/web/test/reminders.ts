import { expect, it } from 'vitest'
import { timeFieldOf } from '../src/tasks/reminder.ts'
import { addTask, expectAccessible, openTasks, rowOf, visitor, type Visitor } from './browser.ts'

const hour = 3_600_000
/** The text of the field for a time that is this far from now. */
const fieldIn = (ms: number): string => timeFieldOf(new Date(Date.now() + ms).toISOString())

/** The reminder of a task, in two windows of its user. */
export const reminders = (person: () => Visitor): void =>
  it('is reminded in both windows when the time of a reminder has come, and not before', async () => {
    const { page } = person()
    await page.context().setOffline(false)
    await openTasks(page)
    const storageState = await page.context().storageState()
    const origin = new URL(page.url()).origin
    const browser = page.context().browser()!
    const { page: other, complaints } = await visitor(browser, origin, { storageState })
    await openTasks(other)
    const title = 'Call the dentist'
    await addTask(page, title)

    const remindAt = async (field: string): Promise<void> => {
      await page.getByRole('button', { name: `Edit ${title}` }).click()
      const dialog = page.getByRole('dialog', { name: 'Edit task' })
      await dialog.getByLabel('Remind me').fill(field)
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.waitFor({ state: 'detached' })
    }
    await remindAt(fieldIn(48 * hour))
    await rowOf(other, title).locator('.facts time').waitFor()
    const came = '.task-reminded'
    expect([await page.locator(came).count(), await other.locator(came).count()]).toEqual([0, 0])

    await remindAt(fieldIn(-hour))
    for (const each of [page, other]) await each.locator(came).getByText('Reminder:').waitFor()
    await expectAccessible(other, 'reminder')
    await other.getByRole('checkbox', { name: `Done: ${title}` }).click()
    for (const each of [page, other]) await each.locator(came).waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await other.context().close()
  })
