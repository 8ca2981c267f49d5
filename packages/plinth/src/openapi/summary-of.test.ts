import { expect, it } from 'vitest'
import { router } from '../routing/router.ts'
import { documentedRoutes } from './documented.fixture.ts'
import { summaryOf } from './summary-of.ts'

it.each([
  ['tasks', 'list', 'List tasks'],
  ['tasks', 'create', 'Create task'],
  ['categories', 'remove', 'Remove category'],
  ['projectTags', 'update', 'Update project tag'],
  ['tasks', 'stats', 'Stats'],
  ['tasks', 'markAsDone', 'Mark as done'],
])('%s.%s is "%s %s"', (module, name, summary) => {
  const route = router('').get('/', {}, () => 1)
  const [documented] = documentedRoutes({ [module]: { [name]: route } })
  expect(documented && summaryOf(documented.named)).toBe(summary)
})
