import { relative, sep } from 'node:path'
import type { DevCall, DevEndpoint } from '../frame/endpoint.types.ts'
import { curlCommand } from './curl-command.ts'
import { recordingOf } from './recording-of.ts'
import { replay } from './replay.ts'
import { shownRequest } from './shown-request.ts'
import { testSource } from './test-source.ts'

/** The address under which a browser opened the page, which is how the service is called from this machine. */
const baseOf = ({ origin }: DevCall): string => `http://localhost:${new URL(origin).port}`

const asksForSecrets = ({ body }: DevCall): boolean =>
  (body as { secrets?: unknown } | undefined)?.secrets === true

/** The path of a module as a test in the folder `test` imports it. */
const fromTests = (root: string, file: string): string =>
  `../${relative(root, file).replaceAll(sep, '/')}`

/** The view of requests. */
export const requestEndpoints: readonly DevEndpoint[] = [
  {
    method: 'GET',
    path: '/requests/:id',
    run: (call) => {
      const found = recordingOf(call)
      return found.detail(call.recorder.sent.get(found.id)?.body() !== undefined)
    },
  },
  { method: 'DELETE', path: '/requests', run: ({ recorder }) => recorder.clear() },
  { method: 'POST', path: '/requests/:id/replay', run: replay },
  {
    // Not a GET: it may reveal secrets, so it needs the token.
    method: 'POST',
    path: '/requests/:id/curl',
    run: (call) => ({ text: curlCommand(shownRequest(call, asksForSecrets(call)), baseOf(call)) }),
  },
  {
    method: 'POST',
    path: '/requests/:id/test',
    run: (call) => {
      const { root, paths } = call.service
      return { text: testSource(shownRequest(call, false), fromTests(root, paths.api)) }
    },
  },
]
