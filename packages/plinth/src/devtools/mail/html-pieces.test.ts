import { describe, expect, it } from 'vitest'
import { devMail } from '../../logging/dev-mail.ts'
import { isSecretColumn } from '../tables/secret-columns.ts'
import { htmlPieces } from './html-pieces.ts'
import { Mailbox } from './mailbox.ts'

const textOf = (html: string): string =>
  htmlPieces(html)
    .map(({ text }) => text)
    .join('')

describe('an HTML email on the development page', () => {
  it('is its texts and its links to the web, without scripts, styles and images', () => {
    expect(
      htmlPieces(
        '<!doctype html><head><title>no</title><style>p { color: red }</style></head><h1>Hello&nbsp;Ann</h1>' +
          '<p>Confirm <a href="https://example.com/?a=1&amp;b=2">your address</a>.</p><script>alert(1)</script>' +
          '<img src="https://example.com/pixel" alt="a &lt;logo&gt;"><a href=" JAVASCRIPT:alert(1)">bad</a>',
      ),
    ).toEqual([
      { text: 'Hello Ann\n\nConfirm ' },
      { text: 'your address', href: 'https://example.com/?a=1&b=2' },
      { text: '.\n\n[a <logo>]bad' },
    ])
  })

  it('may be broken in any way', () => {
    for (const [html, text] of [
      ['', ''],
      ['a < b &amp;&unknown; &#x1f600; &#99999999;', 'a < b &&unknown; 😀 &#99999999;'],
      ['<p>open <b>tags', 'open tags'],
      ['<script>never ended', ''],
      ['<!-- never ended', ''],
      ['<a href="x" title=">">quoted</a>', 'quoted'],
      ['<li>one<li>two', 'one\ntwo'],
      ['&#x110000;', '\ufffd'],
    ] as const)
      expect(textOf(html), html).toBe(text)
    const long = '<div '.repeat(10_000)
    expect(textOf(long).length).toBeLessThanOrEqual(long.length)
  })

  it('is kept with the newest 100, each cut at 200,000 characters', () => {
    const mailbox = new Mailbox()
    for (let at = 1; at <= 105; at++)
      mailbox.add({ to: ['a@b.c', 'd@e.f'], subject: `Mail ${at}`, text: 'x'.repeat(300_000) })
    expect(mailbox.list()).toHaveLength(100)
    expect(mailbox.list()[0]).toMatchObject({ id: 105, to: 'a@b.c, d@e.f', subject: 'Mail 105' })
    expect(mailbox.find(5)).toBeUndefined()
    expect(mailbox.find(105)?.text).toHaveLength(200_000)
    mailbox.clear()
    expect(mailbox.list()).toEqual([])
  })

  it('is left to the app without a development page', () => {
    expect(devMail({ to: 'a@b.c', subject: 'Hello', text: 'Hello' })).toBe(false)
  })
})

describe('a column of secrets', () => {
  it('is known by its name in any spelling, and by the tables of Better Auth', () => {
    for (const [table, column] of [
      ['users', 'password_hash'],
      ['account', 'accessToken'],
      ['accounts', 'refresh_token'],
      ['session', 'token'],
      ['verification', 'value'],
      ['verifications', 'identifier'],
      ['jwks', 'publicKey'],
      ['jwks', 'private_key'],
      ['twoFactor', 'backupCodes'],
      ['apikey', 'key'],
      ['api_keys', 'key'],
      ['hooks', 'SIGNATURE'],
    ] as const)
      expect(isSecretColumn(table, column), `${table}.${column}`).toBe(true)
    for (const [table, column] of [
      ['tasks', 'title'],
      ['session', 'userId'],
      ['settings', 'key'],
      ['jwks', 'createdAt'],
    ] as const)
      expect(isSecretColumn(table, column), `${table}.${column}`).toBe(false)
  })
})
