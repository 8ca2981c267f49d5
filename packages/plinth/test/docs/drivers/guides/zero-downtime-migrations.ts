import type { Driver, Drivers } from '../driver.types.ts'
import { useModels } from '../generated.ts'

/** Runs the commands of the section with a file of the page as the models. */
const withModels =
  (file: string): Driver =>
  async (drive) => {
    useModels(drive, file)
    const outputs: string[] = []
    for (const command of drive.commands) outputs.push(await drive.plinth(command))
    return [outputs.map((output) => output.trim()).join('\n\n')]
  }

export const drivers: Drivers = {
  '1-expand-add-the-column': async (drive) => {
    // the model of today lacks the new column
    drive.write('today.ts', drive.read('expand.ts').replace(/^.*heading.*\n/m, ''))
    useModels(drive, 'today.ts')
    await drive.plinth('npx plinth db generate --name initial')
    return await withModels('expand.ts')(drive)
  },
  '2-backfill-and-require-it': withModels('backfill.ts'),
  '3-stop-using-the-old-column': withModels('stop.ts'),
  '4-contract-drop-the-old-column': withModels('stop.ts'),
}
