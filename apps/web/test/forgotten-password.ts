import { expect, it } from 'vitest'
import { expectAccessible, problemsOf, visitor, type Account, type Visitor } from './browser.ts'
import type { startMailService } from './mail-service.ts'

interface Forgotten {
  /** A window in which the user is signed in. */
  readonly person: () => Visitor
  readonly account: Account
  readonly service: () => Awaited<ReturnType<typeof startMailService>>
}

/** A forgotten password, from the link on the page to sign in to the new password. */
export const forgottenPassword = ({ person, account, service }: Forgotten): void =>
  it('resets a forgotten password with the link of an email, once and on a phone, which ends all sessions', async () => {
    const signedIn = person().page
    const origin = new URL(signedIn.url()).origin
    const { page, complaints } = await visitor(signedIn.context().browser()!, origin, {
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
    })
    await page.goto('/sign-in', { waitUntil: 'networkidle' })
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await page.getByRole('heading', { name: 'Reset your password' }).waitFor()
    await expect.poll(() => page.title()).toBe('Reset your password · Tasks')
    await page.getByRole('button', { name: 'Send the link' }).click()
    await expect.poll(() => problemsOf(page)).toEqual({ Email: 'Enter your email address' })
    await expectAccessible(page, 'forgot-password')
    await page.getByLabel('Email').fill(account.email)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Check your email' }).waitFor()
    await expectAccessible(page, 'forgot-password-sent')

    await expect.poll(() => service().mails).toHaveLength(1)
    const [mail] = service().mails
    expect(mail).toMatchObject({ to: [account.email], subject: 'Reset your password' })
    const [link = ''] = /https?:\S+/.exec(mail!.text) ?? []
    expect(new URL(link).origin).toBe(origin)
    const choose = async (password: string): Promise<void> => {
      await page.getByLabel('New password').fill(password)
      await page.getByRole('button', { name: 'Save the password' }).click()
    }
    await page.goto(link, { waitUntil: 'networkidle' })
    await choose('short')
    const problems = { 'New password': 'Eight characters or more' }
    await expect.poll(() => problemsOf(page)).toEqual(problems)
    await expectAccessible(page, 'reset-password')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    await choose('difference engine')
    await page.getByText('Your password was changed').waitFor()
    await expectAccessible(page, 'sign-in-changed')

    await signedIn.reload()
    expect(new URL(signedIn.url()).pathname).toBe('/sign-in')
    await page.goto(link, { waitUntil: 'networkidle' })
    await choose('another password')
    await page.getByText('This link has expired, or was used already').waitFor()
    await page.goto('/sign-in?note=ended', { waitUntil: 'networkidle' })
    await page.getByText('Your session has ended').waitFor()
    await page.getByLabel('Email').fill(account.email)
    await page.getByLabel('Password').fill('difference engine')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })
