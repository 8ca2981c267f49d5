// A strict parser of Prometheus' text format 0.0.4: it refuses what a lenient one would repair.

/** A sample: the value of a series. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric with its samples. */
export interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: Sample[]
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const types = new Set(['counter', 'gauge', 'histogram'])
const number = /^[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)$|^NaN$/
const suffixes = ['_bucket', '_sum', '_count']

/** @throws {Error} the line that breaks a rule of the format */
export function parsePrometheus(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  const series = new Set<string>()
  let current: Family | undefined
  let help: string | undefined
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no line feed')
  for (const line of text.split('\n').slice(0, -1)) {
    const fail = (problem: string): never => {
      throw new Error(`${problem}: ${line}`)
    }
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (kind === 'HELP') {
      if (families.has(name)) fail('a metric has two places')
      if (help !== undefined) fail('HELP without TYPE')
      help = rest
    } else if (kind === 'TYPE') {
      if (!metricName.test(name) || !types.has(rest)) fail('invalid TYPE')
      if (families.has(name)) fail('a metric has two places')
      current = { name, type: rest, help: help ?? fail('TYPE without HELP'), samples: [] }
      help = undefined
      families.set(name, current)
    } else {
      if (current === undefined || help !== undefined) fail('a sample without TYPE')
      const sample = parseSample(line, fail)
      const own = current!
      const isOwn =
        own.type === 'histogram'
          ? suffixes.some((suffix) => sample.name === own.name + suffix)
          : sample.name === own.name
      if (!isOwn) fail('a sample of another metric')
      if (own.type === 'counter' && (!own.name.endsWith('_total') || !(sample.value >= 0)))
        fail('a counter that falls, or has another name')
      const key = sample.name + JSON.stringify(Object.entries(sample.labels).toSorted())
      if (series.has(key)) fail('a series has two values')
      series.add(key)
      own.samples.push(sample)
    }
  }
  for (const family of families.values()) {
    if (family.samples.length === 0) throw new Error(`${family.name} has no sample`)
    if (family.type === 'histogram') checkHistogram(family)
  }
  return families
}

function parseSample(line: string, fail: (problem: string) => never): Sample {
  const [, name = '', , inside, value = ''] = /^([^\s{]+)(\{(.*)\})? (\S+)$/.exec(line) ?? []
  if (!metricName.test(name)) fail('invalid name')
  if (!number.test(value)) fail('invalid value')
  const labels: Record<string, string> = {}
  let rest = inside ?? ''
  while (rest !== '') {
    const found = /^([^=]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)/.exec(rest)
    if (found === null) return fail('invalid labels')
    const [whole, label = '', text = ''] = found
    if (!labelName.test(label) || Object.hasOwn(labels, label)) fail('invalid label')
    labels[label] = text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
    rest = rest.slice(whole.length)
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) }
}

function checkHistogram({ name, samples }: Family): void {
  const groups = Map.groupBy(samples, ({ labels }) => JSON.stringify({ ...labels, le: undefined }))
  for (const [labels, group] of groups) {
    const fail = (problem: string): never => {
      throw new Error(`${name} ${labels}: ${problem}`)
    }
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels: { le = '' } }) => Number(le.replace('Inf', 'Infinity')))
    if (bounds.at(-1) !== Infinity) fail('the last bucket is not +Inf')
    if (bounds.some((bound, at) => at > 0 && !(bound > bounds[at - 1]!)))
      fail('the boundaries do not rise')
    if (buckets.some(({ value }, at) => at > 0 && value < buckets[at - 1]!.value))
      fail('the buckets are not cumulative')
    const of = (suffix: string): number | undefined =>
      group.find((sample) => sample.name === name + suffix)?.value
    if (of('_count') !== buckets.at(-1)!.value) fail('the count is not that of +Inf')
    if (of('_sum') === undefined) fail('no sum')
  }
}
