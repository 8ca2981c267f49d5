import type { ChildStart, Span, SpanAttributes, SpanSink } from './span.types.ts'

/** Combines two sinks into one. A span that only one of them wants is that one's alone. */
export function combinedSink(first: SpanSink, second: SpanSink): SpanSink {
  return {
    startRequest: (start) => both(first.startRequest(start), second.startRequest(start)),
    startChild: (start) => {
      const once = new ComputedOnce(start)
      return both(first.startChild(once), second.startChild(once))
    },
    startRoot: (start) => both(first.startRoot(start), second.startRoot(start)),
    carrier: () => first.carrier() ?? second.carrier(),
    logFields: () => first.logFields() ?? second.logFields(),
  }
}

const both = (first: Span | undefined, second: Span | undefined): Span | undefined =>
  first === undefined || second === undefined ? (first ?? second) : new CombinedSpan(first, second)

/** Computes the name and the attributes of a span once for both sinks. */
class ComputedOnce implements ChildStart {
  readonly #start: ChildStart
  #attributes: SpanAttributes | undefined

  constructor(start: ChildStart) {
    this.#start = start
  }
  get kind(): ChildStart['kind'] {
    return this.#start.kind
  }
  get name(): string {
    return this.#start.name
  }
  get sql(): string | undefined {
    return this.#start.sql
  }
  get values(): readonly unknown[] | undefined {
    return this.#start.values
  }
  readonly attributes = (): SpanAttributes => (this.#attributes ??= this.#start.attributes())
}

/** The span of one operation in two sinks. */
class CombinedSpan implements Span {
  readonly #first: Span
  readonly #second: Span

  constructor(first: Span, second: Span) {
    this.#first = first
    this.#second = second
  }
  get isRecording(): boolean {
    return this.#first.isRecording || this.#second.isRecording
  }
  set(attributes: SpanAttributes): void {
    this.#first.set(attributes)
    this.#second.set(attributes)
  }
  rename(name: string): void {
    this.#first.rename(name)
    this.#second.rename(name)
  }
  run<T>(work: () => T): T {
    return this.#first.run(() => this.#second.run(work))
  }
  runAlone<T>(work: () => T): T {
    return this.#first.runAlone(() => this.#second.runAlone(work))
  }
  end(errorType?: string): void {
    this.#first.end(errorType)
    this.#second.end(errorType)
  }
}
