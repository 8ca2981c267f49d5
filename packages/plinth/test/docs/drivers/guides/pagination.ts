import type { Drivers } from '../driver.types.ts'
import { statementsOf, useModels } from '../generated.ts'

export const drivers: Drivers = {
  'index-each-sort-order': async (drive) => {
    useModels(drive, 'books.ts', 'books.ts')
    const statements = statementsOf(await drive.plinth('npx plinth db generate'))
    return [statements.filter((statement) => statement.includes('books_title_idx')).join('\n')]
  },
}
