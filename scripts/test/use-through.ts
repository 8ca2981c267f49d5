import { inject } from 'vitest'
import { useNeonBridge } from '../../packages/plinth/test/support/postgres/neon-bridge.ts'

const way = inject('way')
process.env['PLINTH_TEST_DATABASE_URL'] = inject('databaseUrl')
if ('neon' in way) {
  useNeonBridge(way.neon)
  process.env['PLINTH_TEST_DATABASE_DRIVER'] = 'neon'
  process.env['PLINTH_TEST_DATABASE_ORIGIN'] = `http://127.0.0.1:${way.neon}`
} else {
  process.env['PLINTH_TEST_DATABASE_POOLER'] = way.pooler
}
