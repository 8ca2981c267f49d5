import { breakpoint, type MigrationStep } from '../files.ts'

/** One step of a migration. */
export type Step = MigrationStep

/** The phases of a migration, in the order in which they run, and the kind of their steps. */
const phases = {
  /** Values of an enum that the rest uses: Postgres requires them to be committed first. */
  enum: 'alone',
  main: 'transaction',
  /** Tables and types, once nothing refers to them. */
  drop: 'transaction',
  'drop index': 'alone',
  fill: 'batches',
  /** Fills each column that becomes NOT NULL, guards it, and fills it again. */
  'not null': 'mixed',
  index: 'alone',
  late: 'transaction',
  validate: 'alone',
  finish: 'transaction',
} as const

/** The name of a phase. */
export type Phase = keyof typeof phases

/** A migration under construction. */
export interface MigrationPlan {
  readonly statements: Readonly<Record<Exclude<Phase, 'not null'>, string[]>>
  readonly mixed: Step[]
}

export const emptyPlan = (): MigrationPlan => ({
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

/** Adds statements to a phase. */
export function addToPhase(
  { statements }: MigrationPlan,
  phase: Exclude<Phase, 'not null'>,
  texts: readonly string[],
): void {
  statements[phase].push(...texts)
}

/** The steps of a plan; adjacent transactions are merged. */
export function stepsOf({ statements, mixed }: MigrationPlan): Step[] {
  const all: Step[] = []
  for (const [phase, kind] of Object.entries(phases)) {
    if (kind === 'mixed') all.push(...mixed)
    else
      for (const statement of statements[phase as Exclude<Phase, 'not null'>])
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
