import { inject } from 'vitest'

// provided instead of inherited: the workers of the other project must not see it
process.env['PLINTH_TEST_DATABASE_URL'] = inject('databaseUrl')
