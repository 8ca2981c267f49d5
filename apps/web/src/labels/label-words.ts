import type { LabelKind } from './label.ts'

/** The words for each kind. */
export const labelWords: Readonly<
  Record<LabelKind, { one: string; many: string; none: string; removal: string }>
> = {
  project: {
    one: 'Project',
    many: 'Projects',
    none: 'No projects yet. A project holds the tasks that belong together.',
    removal: 'All tasks in it are deleted too.',
  },
  tag: {
    one: 'Tag',
    many: 'Tags',
    none: 'No tags yet. A task can have several.',
    removal: 'It is taken off every task that has it.',
  },
}
