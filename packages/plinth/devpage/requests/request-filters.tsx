import type { ComponentChildren } from 'preact'
import { linkTo, place, setQuery } from '../router.ts'
import { choices, filter, isFiltered, type RequestFilter } from './request-store.ts'

const change =
  (name: keyof RequestFilter) =>
  (event: Event): void =>
    setQuery({ [name]: (event.currentTarget as HTMLInputElement | HTMLSelectElement).value })

/** The filters of the list. They are in the address, so that a link keeps them. */
export function RequestFilters() {
  const { text, method, route, status, slower } = filter.value
  const { methods, routes } = choices.value
  return (
    <search class="filters" aria-label="Filter requests">
      <input
        type="search"
        class="input filter-text"
        aria-label="Text in the path or the error"
        placeholder="Filter by path or error"
        value={text}
        onInput={change('text')}
      />
      <Choice label="Method" name="method" value={method}>
        <Options of={methods} current={method} />
      </Choice>
      <Choice label="Status" name="status" value={status}>
        <option value="2">2xx success</option>
        <option value="3">3xx redirect</option>
        <option value="4">4xx client error</option>
        <option value="5">5xx server error</option>
      </Choice>
      <Choice label="Duration" name="slower" value={slower}>
        <option value="10">10 ms or more</option>
        <option value="50">50 ms or more</option>
        <option value="200">200 ms or more</option>
        <option value="1000">1 s or more</option>
      </Choice>
      <Choice label="Route" name="route" value={route}>
        <Options of={routes} current={route} />
      </Choice>
      {isFiltered.value && (
        <a class="filter-reset" href={linkTo(['requests', ...place.value.rest])}>
          Reset
        </a>
      )}
    </search>
  )
}

const Choice = (props: {
  readonly label: string
  readonly name: keyof RequestFilter
  readonly value: string
  readonly children: ComponentChildren
}) => (
  <select
    class={props.value === '' ? 'input choice' : 'input choice choice-made'}
    aria-label={props.label}
    value={props.value}
    onChange={change(props.name)}
  >
    <option value="">{props.label}</option>
    {props.children}
  </select>
)

/** The current value stays in the list, although its last request may be gone. */
const Options = (props: { readonly of: readonly string[]; readonly current: string }) => (
  <>
    {[...new Set([...props.of, ...(props.current === '' ? [] : [props.current])])].map((each) => (
      <option key={each} value={each}>
        {each}
      </option>
    ))}
  </>
)
