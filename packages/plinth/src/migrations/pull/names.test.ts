import { expect, it } from 'vitest'
import { camelCase, fieldNames, modelName, uniqueNames } from './names.ts'

it('names fields in camel case, whatever the column is called', () => {
  const names = Object.entries({
    created_at: 'createdAt',
    createdAt: 'createdAt',
    URLPath: 'urlPath',
    ID: 'id',
    'is-active': 'isActive',
    'with space': 'withSpace',
    _private: 'private',
    $cash: 'cash',
    '2fa': 'column2fa',
    Größe: 'grosse',
    名前: 'column',
    "a'b": 'aB',
    class: 'class',
  })
  for (const [column, field] of names) expect(camelCase(column, 'column'), column).toBe(field)
})

it('gives no field the name of a member of every object, and no name twice', () => {
  const name = fieldNames()
  expect(['constructor', '__proto__', 'toString', 'user_id', 'userId', 'UserID'].map(name)).toEqual(
    ['constructorColumn', 'proto', 'toStringColumn', 'userId', 'userId2', 'userID'],
  )
  const unique = uniqueNames()
  expect(['a', 'a', 'a2', 'a'].map(unique)).toEqual(['a', 'a2', 'a22', 'a3'])
})

it('names models after the singular of their table', () => {
  const names = Object.entries({
    order_items: 'OrderItem',
    Post: 'Post',
    _PostToTag: 'PostToTag',
    '2fa_tokens': 'Table2faToken',
    名前: 'Table',
    people: 'Person',
  })
  for (const [table, name] of names) expect(modelName(table), table).toBe(name)
})
