import { expect, it } from 'vitest'
import * as z from 'zod'
import { settings } from '../../settings/settings.ts'
import { settingsFindings } from './settings-findings.ts'

it('finds every line of the message about wrong settings', () => {
  const shape = { PORT: z.int(), KEY: z.string(), A_TOKEN: z.string(), MODE: z.string() }
  const read = () =>
    settings(shape, {
      files: [],
      environment: { MY_PORT: 'x', MY_A_TOKEN_FILE: '/nowhere/token', M: 'live' },
      prefix: 'MY_',
      aliases: { MODE: ['M'] },
      check: ({ MODE }, fail) => fail('MODE', `${MODE} is over`),
    })
  let message = ''
  try {
    read()
  } catch (error) {
    message = (error as Error).message
  }
  expect(settingsFindings.invalid(message)).toMatchObject([
    { id: 'setting-wrong', message: expect.stringMatching(/^MY_PORT \(environment\): /) },
    { id: 'setting-missing', message: 'MY_KEY is not set' },
    { id: 'setting-wrong', message: expect.stringContaining('cannot be read (ENOENT)') },
    { id: 'setting-wrong', message: expect.stringMatching(/^MY_MODE \(M, environment\): live/) },
  ])
})
