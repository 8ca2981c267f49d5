import { HttpError } from '../../errors/http-error.ts'
import type { DevCall } from '../frame/endpoint.types.ts'
import type { Recording } from '../recorder/recording.ts'

/**
 * Finds a recording by the `:id` of a path.
 *
 * @throws {HttpError} 404: newer ones took its place
 */
export function recordingOf({ recorder, params }: Pick<DevCall, 'recorder' | 'params'>): Recording {
  const found = recorder.get(Number(params['id']))
  if (found === undefined)
    throw new HttpError(404, 'This request is no longer kept: newer ones took its place')
  return found
}
