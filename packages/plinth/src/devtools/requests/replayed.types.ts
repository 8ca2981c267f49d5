/** The result of a replay: the recording of the new request. */
export interface Replayed {
  readonly id: number
  readonly status: number
}
