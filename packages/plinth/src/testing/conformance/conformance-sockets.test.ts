import { expect, it } from 'vitest'
import * as z from 'zod'
import { app } from '../../app/app.ts'
import { router } from '../../routing/router.ts'
import { conformance } from './conformance.ts'

it('conformance() calls the routes of an app with a WebSocket, and reports the WebSocket as skipped', async () => {
  const notes = router('/notes')
  const list = notes.get('/', { response: z.array(z.string()) }, () => [])
  const watch = notes.socket('/', { send: z.string() }, async function* () {})
  const api = app({ title: 'Notes', routes: { notes: { list, watch } } })
  expect(await conformance(api)).toMatchObject({
    findings: [],
    unproven: [],
    skipped: [
      { operationId: 'notes.watch', reason: 'a WebSocket: test it with testApp(api).socket()' },
    ],
  })
})
