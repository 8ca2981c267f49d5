import type {
  RecordedError,
  RecordedFrame,
  RecordedThrown,
} from '../../src/devtools/recorder/recorded.types.ts'
import { CodeBlock } from '../parts/code-block.tsx'

/** What a request failed with: the problem that it told, the error that was thrown, and its source lines. */
export const ErrorDetail = ({ error }: { readonly error: RecordedError }) => (
  <div class="error">
    <p class="error-title">
      {error.title} <code>{error.code}</code>
    </p>
    {error.detail !== undefined && <p>{error.detail}</p>}
    {error.thrown?.map((thrown, index) => (
      <Thrown key={index} thrown={thrown} isCause={index > 0} />
    ))}
  </div>
)

const Thrown = (props: { readonly thrown: RecordedThrown; readonly isCause: boolean }) => {
  const { name, message, code, stack, frames } = props.thrown
  return (
    <section class="thrown">
      <h3 class="thrown-title">
        {props.isCause && <span class="muted">caused by </span>}
        {name}
        {code !== undefined && ` (${code})`}: {message}
      </h3>
      {frames.map((frame, index) => (
        <Frame key={index} frame={frame} />
      ))}
      <details class="stack">
        <summary>Whole stack</summary>
        <CodeBlock text={stack} label="Stack" />
      </details>
    </section>
  )
}

const Frame = ({ frame }: { readonly frame: RecordedFrame }) => {
  const { file, line, column, name, excerpt } = frame
  const where = `${file}:${line}:${column}`
  return (
    <div class="frame">
      <p class="frame-place">
        <code>{where}</code> {name !== '' && <span class="muted">in {name}</span>}
      </p>
      {excerpt !== undefined && (
        <div class="code-text source" tabIndex={0} role="group" aria-label={`Source of ${where}`}>
          {excerpt.lines.map((text, index) => (
            <div
              key={index}
              class={excerpt.from + index === line ? 'source-line source-current' : 'source-line'}
            >
              <span class="source-number">{excerpt.from + index}</span>
              <code>{text}</code>
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
