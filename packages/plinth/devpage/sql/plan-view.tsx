import type { PlanNode, StatementPlan } from '../../src/devtools/sql/sql.types.ts'
import { CodeBlock } from '../parts/code-block.tsx'
import { milliseconds } from '../parts/format.ts'
import { rowsText } from './rows-text.ts'

/** A query plan as a tree, with the advice that it gives. */
export const PlanView = ({ plan }: { readonly plan: StatementPlan }) => (
  <div class="plan">
    <p class="muted">{explanation(plan)}</p>
    {plan.hints.map(({ text, statement }) => (
      <div key={text} class="hint-box">
        <p>{text}</p>
        {statement !== undefined && (
          <CodeBlock text={statement} label="Statement of the index" wraps />
        )}
      </div>
    ))}
    <ol class="plan-tree">
      <Node node={plan.root} total={plan.root.ms ?? 0} />
    </ol>
  </div>
)

function explanation({ isAnalyzed, hasValues, execution, planning }: StatementPlan): string {
  if (isAnalyzed)
    return `It ran with the values of this request, in a transaction that was rolled back: ${milliseconds(execution ?? 0)}, and ${milliseconds(planning ?? 0)} for the plan.`
  if (hasValues) return 'Planned with the values of this request, and not run: it may change rows.'
  return 'Planned without values, which are no longer in memory, and not run.'
}

const Node = ({ node, total }: { readonly node: PlanNode; readonly total: number }) => (
  <li class="plan-node">
    <p class="plan-title">
      <strong>{node.title}</strong>
      {node.ms !== null && <span>{milliseconds(node.ms)}</span>}
      <span class="muted">{rowsText(node)}</span>
    </p>
    {node.ms !== null && total > 0 && (
      <span class="plan-track" aria-hidden="true">
        <span class="bar-fill bar-sql" style={{ inlineSize: `${(100 * node.ms) / total}%` }} />
      </span>
    )}
    {node.conditions.map((condition) => (
      <p key={condition} class="mono plan-condition">
        {condition}
      </p>
    ))}
    {node.children.length > 0 && (
      <ol>
        {node.children.map((child, index) => (
          <Node key={index} node={child} total={total} />
        ))}
      </ol>
    )}
  </li>
)
