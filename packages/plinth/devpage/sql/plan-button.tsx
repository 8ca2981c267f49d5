import { useSignal } from '@preact/signals'
import type { StatementPlan } from '../../src/devtools/sql/sql.types.ts'
import { send } from '../api.ts'
import { PlanView } from './plan-view.tsx'

/** Asks Postgres for the plan of a statement, and shows it. */
export function PlanButton(props: { readonly request: number; readonly span: number }) {
  const plan = useSignal<StatementPlan | undefined>(undefined)
  const failure = useSignal<string | undefined>(undefined)
  const isLoading = useSignal(false)
  const load = async (): Promise<void> => {
    isLoading.value = true
    failure.value = undefined
    try {
      const path = `/requests/${props.request}/spans/${props.span}/plan`
      plan.value = await send<StatementPlan>('POST', path)
    } catch (error) {
      failure.value = (error as Error).message
    } finally {
      isLoading.value = false
    }
  }
  return (
    <div class="plan-part">
      <button
        type="button"
        class="button button-small"
        disabled={isLoading.value}
        onClick={() => void load()}
      >
        {isLoading.value ? 'Planning…' : plan.value === undefined ? 'Show the plan' : 'Plan again'}
      </button>
      <div aria-live="polite">
        {failure.value !== undefined && <p class="error-text">{failure.value}</p>}
        {plan.value !== undefined && <PlanView plan={plan.value} />}
      </div>
    </div>
  )
}
