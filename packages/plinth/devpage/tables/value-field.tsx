import { useId } from 'preact/hooks'
import type { Cell, ShownColumn } from '../../src/devtools/tables/shown-table.types.ts'

interface FieldProps {
  readonly column: ShownColumn
  /** The stored value; `undefined` in a new row. */
  readonly cell: Cell | undefined
  readonly isNew: boolean
  readonly isEditable: boolean
  /** The value as it is edited; `undefined` if nothing was given. */
  readonly value: string | null | undefined
  readonly isChanged: boolean
  /** `undefined` takes the change back. */
  readonly onChange: (value: string | null | undefined) => void
}

/** The label and the control of one column. */
export function ValueField(props: FieldProps) {
  const { column, value } = props
  const id = useId()
  return (
    <div class={props.isChanged ? 'field field-changed' : 'field'}>
      <div class="field-head">
        <label class="field-label" for={id}>
          {column.name}
        </label>
        <span class="hint">{typeInWords(column)}</span>
        {props.isEditable && column.isNullable && (
          <label class="field-null">
            <input
              type="checkbox"
              checked={value === null}
              onChange={({ currentTarget }) =>
                props.onChange(currentTarget.checked ? null : props.isNew ? undefined : '')
              }
            />
            null<span class="visually-hidden"> for {column.name}</span>
          </label>
        )}
      </div>
      {props.isEditable ? <Control {...props} id={id} /> : <Fixed {...props} id={id} />}
    </div>
  )
}

const typeInWords = ({ type, isKey, fallback }: ShownColumn): string =>
  [type, ...(isKey ? ['key'] : []), ...(fallback === null ? [] : [`default ${fallback}`])].join(
    ', ',
  )

/** A value that cannot be edited here, and why. */
function Fixed({ column, cell, id, isNew }: FieldProps & { readonly id: string }) {
  const words = column.isSecret
    ? 'masked'
    : isNew
      ? 'generated'
      : typeof cell === 'string'
        ? cell
        : 'too long to edit here'
  return <input class="input" id={id} value={words} readOnly disabled />
}

function Control({ column, value, isNew, onChange, id }: FieldProps & { readonly id: string }) {
  const isNull = value === null
  const choices = column.type === 'boolean' ? ['true', 'false'] : column.values
  if (choices !== undefined)
    return (
      <select
        class="input choice"
        id={id}
        value={value ?? ''}
        disabled={isNull}
        onChange={({ currentTarget }) =>
          onChange(currentTarget.value === '' ? undefined : currentTarget.value)
        }
      >
        {(isNew || isNull) && <option value="">{isNull ? '' : 'default'}</option>}
        {choices.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    )
  const shared = {
    id,
    value: value ?? '',
    disabled: isNull,
    placeholder: isNew && !isNull ? (column.fallback === null ? '' : 'default') : '',
    onInput: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }): void =>
      onChange(isNew && currentTarget.value === '' ? undefined : currentTarget.value),
  }
  return (value ?? '').length > 60 || column.type.startsWith('json') ? (
    <textarea class="input" {...shared} />
  ) : (
    <input class="input" {...shared} />
  )
}
