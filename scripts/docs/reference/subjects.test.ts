import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { guideFooter, readSubjects } from './subjects.ts'

const file = fileURLToPath(new URL('../../../docs/entry-points.md', import.meta.url))
const subjects = readSubjects(readFileSync(file, 'utf8'))

test('A page of the reference has the values and the types of a subject of docs/entry-points.md.', () => {
  const models = subjects.find(({ page }) => page === 'models')
  expect(models).toMatchObject({ title: 'Models', specifier: 'plinth', guide: 'models.md' })
  expect(models?.names).toEqual(expect.arrayContaining(['model', 'field', 'Model', 'FieldOptions']))
  expect(subjects.find(({ page }) => page === 'plinth-jobs')).toMatchObject({ guide: 'jobs.md' })
})

test('A guide leads to the reference of its subjects.', () => {
  expect(guideFooter(subjects, 'jobs.md')).toBe(
    'API reference: [plinth/jobs](./reference/plinth-jobs.md)',
  )
  expect(guideFooter(subjects, 'models.md')).toContain('[Models](./reference/models.md)')
  expect(guideFooter(subjects, 'adopt.md')).toBeUndefined()
})
