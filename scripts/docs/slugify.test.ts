import { expect, test } from 'vitest'
import { slugify } from './slugify.ts'

test('A heading has the anchor that GitHub gives it.', () => {
  expect(slugify('PLINTH_UNSUPPORTED_MEDIA_TYPE')).toBe('plinth_unsupported_media_type')
  expect(slugify('Body - Nested Models')).toBe('body---nested-models')
  expect(slugify('JWT by the frontend’s keys')).toBe('jwt-by-the-frontends-keys')
})
