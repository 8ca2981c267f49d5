import { HttpError } from '../../errors/http-error.ts'
import type { DevCall, DevEndpoint } from '../frame/endpoint.types.ts'
import { recordingOf } from '../requests/recording-of.ts'
import { longestText } from '../recorder/shared-texts.ts'
import { explain } from './explain.ts'
import { statementGroups } from './statement-groups.ts'
import type { StatementPlan } from './sql.types.ts'

/** Plans the statement of a span: the page names it, and never sends a text of its own. */
async function planOf(call: DevCall): Promise<StatementPlan> {
  const { db } = call.service
  if (db === undefined) throw new HttpError(409, 'The service has no database')
  const recording = recordingOf(call)
  const index = Number(call.params['span'])
  const text = recording.spans[index]?.text
  if (text === undefined) throw new HttpError(404, 'This request has no such statement')
  if (text.length >= longestText) throw new HttpError(409, 'The statement is too long to be kept')
  const values = call.recorder.sent.valuesOf(recording.id, index)
  return await explain(db, { text, values })
}

/** The view of SQL. */
export const sqlEndpoints: readonly DevEndpoint[] = [
  { method: 'GET', path: '/sql', run: ({ recorder }) => statementGroups(recorder) },
  { method: 'POST', path: '/requests/:id/spans/:span/plan', run: planOf },
]
