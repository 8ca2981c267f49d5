import { createAuthClient } from 'better-auth/client'
import { client, ClientError } from 'plinth/client'
import type { api } from '../src/api.ts'
import { element } from './element.ts'

const auth = createAuthClient()
/** The typed client of the API, on the same origin: the browser sends the session cookie. */
const service = client<typeof api>(location.origin)
const page = document.querySelector('#page')!

const problem = () => element('p', { className: 'problem', role: 'alert' })

function showSignIn(): void {
  const email = element('input', { type: 'email', name: 'email', autocomplete: 'username' })
  const password = element('input', {
    type: 'password',
    name: 'password',
    autocomplete: 'current-password',
  })
  const alert = problem()
  const submit = async (isNew: boolean): Promise<void> => {
    const entered = { email: email.value, password: password.value }
    const name = email.value.replace(/@.*/, '')
    const { error } = isNew
      ? await auth.signUp.email({ ...entered, name })
      : await auth.signIn.email(entered)
    if (error === null) await show()
    else alert.textContent = error.message ?? error.statusText
  }
  const form = element(
    'form',
    {
      onsubmit: (event) => {
        event.preventDefault()
        void submit(false)
      },
    },
    element('label', {}, 'Email', email),
    element('label', {}, 'Password', password),
    alert,
    element('button', { type: 'submit' }, 'Sign in'),
    element('button', { type: 'button', onclick: () => void submit(true) }, 'Sign up'),
  )
  page.replaceChildren(element('h1', {}, 'my-app'), form)
}

async function showNotes(name: string): Promise<void> {
  const { items } = await service.get('/api/notes', { query: { limit: 100 } })
  const title = element('input', { name: 'title', autocomplete: 'off' })
  const alert = problem()
  const add = async (): Promise<void> => {
    try {
      await service.post('/api/notes', { body: { title: title.value } })
      await show()
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
      const [first] = error.problem.errors ?? []
      alert.textContent = first?.message ?? error.message
    }
  }
  const form = element(
    'form',
    {
      onsubmit: (event) => {
        event.preventDefault()
        void add()
      },
    },
    element('label', {}, 'New note', title),
    alert,
    element('button', { type: 'submit' }, 'Add'),
  )
  const list =
    items.length === 0
      ? element('p', {}, 'No notes yet. Write the first one below.')
      : element('ul', {}, ...items.map((note) => element('li', {}, note.title)))
  const signOut = element(
    'button',
    { type: 'button', onclick: () => void auth.signOut().then(show) },
    'Sign out',
  )
  page.replaceChildren(element('h1', {}, `Notes of ${name}`), list, form, signOut)
}

async function show(): Promise<void> {
  const { data } = await auth.getSession()
  if (data === null) showSignIn()
  else await showNotes(data.user.name)
}

await show()
