import { PlinthError } from '../../../src/errors/plinth-error.ts'
import type { Drivers } from './driver.types.ts'

export const drivers: Drivers = {
  'settings-that-depend-on-each-other': async ({ load, read, write }) => {
    Object.assign(process.env, { MODE: 'live', PORT: 'x' })
    try {
      // another file is evaluated once more, with these variables
      write('live.ts', read('settings-that-depend-on-each-other-0.ts'))
      await load('live.ts')
    } catch (error) {
      if (error instanceof PlinthError) return [error.message.replaceAll(process.cwd(), '/app')]
    } finally {
      Object.assign(process.env, { MODE: 'local', PORT: '9000' })
    }
    return []
  },
}
