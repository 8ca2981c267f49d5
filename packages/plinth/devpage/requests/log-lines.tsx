import type { RecordedLine } from '../../src/devtools/recorder/recorded.types.ts'
import { Badge, type Tone } from '../parts/badge.tsx'
import { milliseconds } from '../parts/format.ts'

const tones: Readonly<Record<string, Tone>> = { error: 'bad', warn: 'warn', info: 'info' }

/** The log lines of one request. */
export const LogLines = ({ lines }: { readonly lines: readonly RecordedLine[] }) => (
  <ol class="log">
    {lines.map(({ level, at, message, facts }, index) => (
      <li key={index} class="log-line">
        <span class="log-at muted">{milliseconds(at)}</span>
        <Badge tone={tones[level] ?? 'plain'}>{level}</Badge>
        <span class="log-text">
          {message} <Facts facts={facts} />
        </span>
      </li>
    ))}
  </ol>
)

const Facts = ({ facts }: Pick<RecordedLine, 'facts'>) => (
  <span class="log-facts">
    {Object.entries(facts).map(([name, value]) => (
      <span key={name}>
        <span class="muted">{name}=</span>
        {typeof value === 'string' ? value : JSON.stringify(value)}{' '}
      </span>
    ))}
  </span>
)
