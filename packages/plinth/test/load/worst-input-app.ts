import { app, router, type App } from '../../src/index.ts'
import { worstInputs, type WorstInput } from './worst-inputs.ts'

/** An app with a route for each of the worst inputs: `/0`, `/1` and so on. */
export function worstInputApp(): App {
  const routes = router('')
  const declared = worstInputs.map((input, at) => [`input${at}`, routeOf(input, at)] as const)
  return app({
    title: 'Worst inputs',
    docs: false,
    routes: { routes: Object.fromEntries(declared) },
  })

  function routeOf({ schema, as }: WorstInput, at: number) {
    if (as === 'query') return routes.get(`/${at}`, { query: schema as never }, () => null)
    return routes.post(`/${at}`, { body: schema, status: 200 }, () => null)
  }
}

/** The request of an input, to the app's route for it. */
export function worstRequest(input: WorstInput, text: string, origin: string): Request {
  const url = `${origin}/${worstInputs.indexOf(input)}`
  if (input.as === 'query') return new Request(`${url}?${text}`)
  const type = input.as === 'form' ? 'application/x-www-form-urlencoded' : 'application/json'
  return new Request(url, { method: 'POST', body: text, headers: { 'content-type': type } })
}
