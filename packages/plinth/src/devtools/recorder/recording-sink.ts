import type {
  ChildStart,
  RequestStart,
  RootStart,
  Span,
  SpanAttributes,
  SpanSink,
} from '../../telemetry/span.types.ts'
import { callerPlace } from './caller-place.ts'
import type { RecordedSpan } from './recorded.types.ts'
import type { Recorder } from './recorder.ts'
import type { Recording } from './recording.ts'
import { longestText } from './shared-texts.ts'

/** The kinds of spans, by the beginning of their names. */
const kinds: readonly (readonly [prefix: string, kind: RecordedSpan['kind']])[] = [
  ['authenticate', 'authenticate'],
  ['dependency ', 'dependency'],
  ['encode', 'encode'],
  ['send ', 'send'],
]

/** Takes the spans of the process for the development page. Each belongs to the recording that is active. */
export class RecordingSink implements SpanSink {
  readonly #recorder: Recorder
  readonly #root: string

  /** @param root - the absolute path of the service's folder */
  constructor(recorder: Recorder, root: string) {
    this.#recorder = recorder
    this.#root = root
  }

  /** The page in front of the app has begun the recording: this adds the id that the log lines have. */
  startRequest({ requestId }: RequestStart): Span | undefined {
    const recorded = this.#recorder.current()
    if (recorded === undefined) return undefined
    recorded.recording.requestId ||= requestId
    return new RequestSpan(recorded.recording)
  }

  startChild(start: ChildStart): Span | undefined {
    const recorded = this.#recorder.current()
    if (recorded === undefined) return undefined
    const { recording, parent } = recorded
    let index = -1
    this.#recorder.grow(recording, () => {
      index = this.#add(recording, parent, start)
    })
    return index === -1 ? undefined : new ChildSpan(this.#recorder, { recording, parent, index })
  }

  #add(recording: Recording, parent: number, start: ChildStart): number {
    const { name, sql } = start
    const base = { name, kind: kindOf(start), start: recording.elapsed(), end: null, parent }
    if (sql === undefined) return recording.addSpan(base)
    const shared = this.#recorder.texts.share(sql)
    const place = recording.isFull ? undefined : callerPlace(this.#root)
    const span: RecordedSpan = {
      ...base,
      text: shared.text,
      ...(sql.length > longestText && { isCut: true }),
      ...(place !== undefined && { place }),
    }
    const index = recording.addSpan(span, shared.bytes)
    if (start.values !== undefined)
      this.#recorder.sent.keepValues(recording.id, index, start.values)
    return index
  }

  startRoot({ kind, name, attributes }: RootStart): Span | undefined {
    const isJob = kind === 'consumer' && attributes['messaging.operation.type'] === 'process'
    const recording = this.#recorder.begin({
      kind: isJob ? 'job' : 'socket',
      method: isJob ? 'JOB' : 'WS',
      target: name,
    })
    recording.route = name
    return new RootSpan(this.#recorder, recording)
  }

  // The recorder names no traces: that is left to OpenTelemetry.
  carrier(): undefined {
    return undefined
  }
  logFields(): undefined {
    return undefined
  }
}

function kindOf({ name, kind, sql }: ChildStart): RecordedSpan['kind'] {
  if (sql !== undefined) return 'sql'
  const found = kinds.find(([prefix]) => name.startsWith(prefix))?.[1]
  return found ?? (kind === 'client' ? 'client' : 'other')
}

/** The span of a request, which {@link DevPage} records: what the app says of it is added. */
class RequestSpan implements Span {
  readonly isRecording = true
  readonly #recording: Recording

  constructor(recording: Recording) {
    this.#recording = recording
  }
  set(attributes: SpanAttributes): void {
    const route = attributes['http.route']
    if (typeof route === 'string') this.#recording.route = route
  }
  rename(): void {
    // The route is an attribute.
  }
  run<T>(work: () => T): T {
    return work()
  }
  runAlone<T>(work: () => T): T {
    return work()
  }
  end(): void {
    // The response ends the recording.
  }
}

/** The beginning of a statement that has Postgres write the JSON of its rows. */
const writesJson = 'with "$rows"('

interface Child {
  readonly recording: Recording
  readonly parent: number
  readonly index: number
}

/** A part of a recording. */
class ChildSpan implements Span {
  readonly isRecording = true
  readonly #recorder: Recorder
  readonly #child: Child

  constructor(recorder: Recorder, child: Child) {
    this.#recorder = recorder
    this.#child = child
  }
  get #span(): RecordedSpan | undefined {
    return this.#child.recording.spans[this.#child.index]
  }
  set(attributes: SpanAttributes): void {
    const span = this.#span
    if (span === undefined) return
    const { 'db.response.returned_rows': rows, 'plinth.db.wait': wait } = attributes
    // A statement that has Postgres write JSON returns one row, whatever it read.
    if (typeof rows === 'number' && span.text?.startsWith(writesJson) !== true) span.rows = rows
    if (typeof wait === 'number') span.wait = wait
  }
  rename(name: string): void {
    if (this.#span !== undefined) this.#span.name = name
  }
  run<T>(work: () => T): T {
    const { recording, index } = this.#child
    return this.#recorder.run({ recording, parent: index }, work)
  }
  runAlone<T>(work: () => T): T {
    return this.run(work)
  }
  end(errorType?: string): void {
    const span = this.#span
    if (span === undefined) return
    span.end = this.#child.recording.elapsed()
    if (errorType !== undefined) span.error = errorType
  }
}

/** A job or a message of a socket: a recording of its own. */
class RootSpan implements Span {
  readonly isRecording = true
  readonly #recorder: Recorder
  readonly #recording: Recording

  constructor(recorder: Recorder, recording: Recording) {
    this.#recorder = recorder
    this.#recording = recording
  }
  set(): void {
    // Its name says it all.
  }
  rename(name: string): void {
    this.#recording.route = name
  }
  run<T>(work: () => T): T {
    return this.#recorder.run({ recording: this.#recording, parent: -1 }, work)
  }
  runAlone<T>(work: () => T): T {
    return this.run(work)
  }
  end(errorType?: string): void {
    const recording = this.#recording
    if (errorType !== undefined)
      recording.setError({
        code: errorType,
        title: `${recording.target} failed`,
        ...(recording.thrown !== undefined && { thrown: recording.thrown }),
      })
    this.#recorder.end(recording)
  }
}
