import { expect, it } from 'vitest'
import { nameProblem, nearName } from './service-name.ts'

it.each(['my-app', 'a', '@acme/notes', 'notes_2.0', '1st'])(
  'the package name %s is accepted',
  (name) => {
    expect(nameProblem(name)).toBeUndefined()
  },
)

it.each([
  ['', 'may have'],
  ['My-App', 'may have small letters'],
  ['my app', 'may have'],
  ['.hidden', 'begins with'],
  ['../up', 'may have'],
  ['@acme/', 'may have'],
  ['node_modules', 'keeps for itself'],
  ['plinth', 'the framework'],
  ['a'.repeat(215), '214'],
])('the package name %j is refused', (name, why) => {
  expect(nameProblem(name)).toContain(why)
})

it.each([
  ['My App!', 'my-app'],
  ['_private', 'private'],
  ['Größe 2', 'gr-e-2'],
  ['日本', 'my-app'],
  ['plinth', 'my-app'],
])('a valid name is suggested for %j', (text, name) => {
  expect(nearName(text)).toBe(name)
  expect(nameProblem(nearName(text))).toBeUndefined()
})
