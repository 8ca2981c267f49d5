import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The path of a script in this folder: `.ts` in the repository, `.js` in the package. */
export const scriptOf = (name: string): string =>
  fileURLToPath(new URL(`./${name}${extname(fileURLToPath(import.meta.url))}`, import.meta.url))
