import { HttpError } from '../../errors/http-error.ts'
import type { DevEndpoint } from '../frame/endpoint.types.ts'
import { mailbox } from './mailbox.ts'

/** The endpoints of the view "Mail". */
export const mailEndpoints: readonly DevEndpoint[] = [
  { method: 'GET', path: '/mail', run: () => mailbox.list() },
  {
    method: 'GET',
    path: '/mail/:id',
    run: ({ params }) => {
      const found = mailbox.find(Number(params['id']))
      if (found !== undefined) return found
      throw new HttpError(404, 'This email is not kept any more: only the newest 100 are')
    },
  },
  { method: 'DELETE', path: '/mail', run: () => mailbox.clear() },
]
