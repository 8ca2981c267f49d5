import { breakpoint, type MigrationStep } from '../files.ts'

/** One step of a migration. */
export type Step = MigrationStep

/** The parts of a migration, in the order in which they run, and how. */
const parts = {
  /** Values of an enum that the rest uses: Postgres wants them committed first. */
  enum: 'alone',
  main: 'transaction',
  /** Tables and types, when nothing refers to them any more. */
  drop: 'transaction',
  'drop index': 'alone',
  fill: 'batches',
  /** Each column that becomes NOT NULL is filled, guarded and filled again, one after the other. */
  'not null': 'mixed',
  index: 'alone',
  late: 'transaction',
  validate: 'alone',
  finish: 'transaction',
} as const

/** The name of a part of a migration. */
export type Part = keyof typeof parts

/** A migration while it is put together. */
export interface Plan {
  readonly statements: Readonly<Record<Exclude<Part, 'not null'>, string[]>>
  readonly mixed: Step[]
}

export const emptyPlan = (): Plan => ({
  statements: {
    enum: [],
    main: [],
    drop: [],
    'drop index': [],
    fill: [],
    index: [],
    late: [],
    validate: [],
    finish: [],
  },
  mixed: [],
})

/** Adds statements to a part. */
export function addPart(
  { statements }: Plan,
  part: Exclude<Part, 'not null'>,
  texts: readonly string[],
): void {
  statements[part].push(...texts)
}

/** The steps of a plan; what is in transactions side by side is in one. */
export function stepsOf({ statements, mixed }: Plan): Step[] {
  const all: Step[] = []
  for (const [part, kind] of Object.entries(parts)) {
    if (kind === 'mixed') all.push(...mixed)
    else
      for (const statement of statements[part as Exclude<Part, 'not null'>])
        all.push({ kind, statements: [statement] })
  }
  return all.reduce<Step[]>((steps, step) => {
    const last = steps.at(-1)
    if (last?.kind === 'transaction' && step.kind === 'transaction')
      return [
        ...steps.slice(0, -1),
        { kind: step.kind, statements: [...last.statements, ...step.statements] },
      ]
    return [...steps, step]
  }, [])
}

/** The text of a migration. */
export function textOfSteps(steps: readonly Step[], allowed: readonly string[]): string {
  const head = allowed.length === 0 ? '' : `-- plinth:allow ${allowed.join(', ')}\n`
  const chunks = steps.flatMap(({ kind, statements }) =>
    statements.map(
      (text) => `${kind === 'transaction' ? '' : `-- plinth:${kind}\n`}${text.trim()};`,
    ),
  )
  return `${head}${chunks.join(`\n${breakpoint}\n`)}\n`
}
