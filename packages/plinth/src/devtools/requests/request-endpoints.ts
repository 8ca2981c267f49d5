import { HttpError } from '../../errors/http-error.ts'
import type { DevCall, DevEndpoint } from '../frame/endpoint.types.ts'
import type { Recording } from '../recorder/recording.ts'

/** Finds a recording by the id in a path. */
export function recordingOf({ recorder, params }: DevCall): Recording {
  const found = recorder.get(Number(params['id']))
  if (found === undefined)
    throw new HttpError(404, 'This request is no longer kept: 1,000 newer ones came after it')
  return found
}

/** The view of requests. */
export const requestEndpoints: readonly DevEndpoint[] = [
  {
    method: 'GET',
    path: '/requests/:id',
    run: (call) => {
      const found = recordingOf(call)
      return found.detail(call.recorder.sent.get(found.id) !== undefined)
    },
  },
  {
    method: 'DELETE',
    path: '/requests',
    run: ({ recorder }) => recorder.clear(),
  },
]
