import { join } from 'node:path'

/** The file of settings in which a service keeps the secret that it generates at its first start. */
export const generatedFileOf = (root: string): string => join(root, '.env.local')
