import type { Recorder } from '../recorder/recorder.ts'
import type { DevService } from '../dev-service.types.ts'

/** A call of an endpoint by the page. */
export interface DevCall {
  /** The service as it is now. */
  readonly service: DevService
  readonly recorder: Recorder
  /** The values of `:names` in the path, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The JSON that was sent; `undefined` for a GET. Check it before you use it. */
  readonly body: unknown
  /** The address that this server listens on, such as `http://127.0.0.1:8000`. */
  readonly origin: string
}

/** An endpoint of the development page: JSON in, JSON out. The guard has checked the caller. */
export interface DevEndpoint {
  /** Everything but GET needs the token of the page. */
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/_plinth/api`, such as `/requests/:id`. */
  readonly path: `/${string}`
  /**
   * Returns what is sent as JSON.
   *
   * @throws {HttpError} sent with its status and its detail, which the page shows
   */
  run(call: DevCall): unknown
}
