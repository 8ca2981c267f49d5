import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSections, type Exchange } from './read-passages.ts'

const root = join(import.meta.dirname, '../../../..')

/** The requests and responses in a section of a page. */
export const exchangesOf = (page: string, title: string): readonly Exchange[] =>
  readSections(readFileSync(join(root, page), 'utf8')).find((section) => section.title === title)
    ?.exchanges ?? []
