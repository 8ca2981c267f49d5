import type { ComponentChildren } from 'preact'

/** A column of a {@link Table}. */
export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => ComponentChildren
  /** Numbers stand at the right. */
  readonly isNumber?: boolean
  /** Left out on a phone. */
  readonly isMinor?: boolean
  /** Takes the space that is left, and cuts long text. */
  readonly isWide?: boolean
}

/** Moves between the links of the rows with the arrow keys. */
function moveByKey(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  const table = event.currentTarget as HTMLElement
  const links = [...table.querySelectorAll<HTMLElement>('.row-link')]
  const at = links.indexOf(document.activeElement as HTMLElement)
  if (step === undefined || at === -1) return
  event.preventDefault()
  links[at + step]?.focus()
}

/** A table of rows. It scrolls sideways where it has no room, also by keyboard. */
export function Table<T>(props: {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string | number
  /** Marks the row whose details are shown. */
  readonly isCurrent?: (row: T) => boolean
}) {
  const { columns, rows } = props
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={props.label}>
      <table class="table" onKeyDown={moveByKey}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={classOf(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={props.keyOf(row)}
              class={props.isCurrent?.(row) === true ? 'row row-current' : 'row'}
            >
              {columns.map((column) => (
                <td key={column.title} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const classOf = <T,>({ isNumber, isMinor, isWide }: Column<T>): string =>
  [isNumber && 'number', isMinor && 'minor', isWide && 'wide'].filter(Boolean).join(' ')
