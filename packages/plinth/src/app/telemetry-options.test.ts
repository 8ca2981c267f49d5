import { expect, it } from 'vitest'
import { app } from './app.ts'

const appWith = (telemetry: object) => () => app({ title: 'Tasks', routes: {}, telemetry })

it.each([
  [
    { trustCaller: false },
    'app(): telemetry: unknown option "trustCaller". Expected one of: spans',
  ],
  [{ spans: 'no' }, 'app(): telemetry: spans is "no": write true or false'],
  [{ spans: false, recordPath: true }, 'recordPath has no effect with spans: false'],
])('the options of telemetry %j are refused', (telemetry, message) => {
  expect(appWith(telemetry)).toThrow(message)
})

it('the options of telemetry are taken', () => {
  expect(appWith({ spans: true, trustIncoming: false, recordPath: true })).not.toThrow()
  expect(appWith({ spans: false })).not.toThrow()
})
