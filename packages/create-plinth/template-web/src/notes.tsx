import { ClientError } from 'plinth/client'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { forgetToken, service } from './service.ts'
import { authClient } from './auth-client.ts'

const wordsOf = (error: unknown): string => {
  if (!(error instanceof ClientError)) return String(error)
  if (error.status === 0)
    return 'The service is not responding. Start it, or try again in a moment.'
  if (error.status === 401) return 'Your session has ended. Sign out, and sign in again.'
  const [first] = error.problem.errors ?? []
  return first === undefined ? error.message : `${first.path.join('.')}: ${first.message}`
}

type Note = Awaited<ReturnType<typeof readNotes>>[number]
const readNotes = async () => (await service.get('/api/notes', { query: { limit: 100 } })).items

/** The notes of the signed-in user. */
export function Notes({ name }: { readonly name: string }) {
  const [notes, setNotes] = useState<readonly Note[]>()
  const [problem, setProblem] = useState('')
  const form = useRef<HTMLFormElement>(null)

  const run = async (change?: () => Promise<unknown>): Promise<void> => {
    try {
      await change?.()
      setNotes(await readNotes())
      setProblem('')
    } catch (error) {
      setProblem(wordsOf(error))
    }
  }
  useEffect(() => void run(), [])

  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const title = new FormData(event.currentTarget).get('title') as string
    void run(async () => {
      await service.post('/api/notes', { body: { title } })
      form.current?.reset()
    })
  }
  const signOut = (): void => {
    forgetToken()
    void authClient.signOut()
  }
  return (
    <main>
      <h1>Notes of {name}</h1>
      <form ref={form} className="row" onSubmit={onSubmit}>
        <input name="title" aria-label="New note" placeholder="New note" autoComplete="off" />
        <button>Add</button>
      </form>
      <p role="alert">{problem}</p>
      {notes === undefined && problem === '' && <p role="status">Loading…</p>}
      {notes?.length === 0 && <p>No notes yet. Write the first one above.</p>}
      <ul>
        {notes?.map((note) => (
          <li key={note.id} className="row">
            <span>{note.title}</span>
            <button
              className="plain"
              aria-label={`Remove ${note.title}`}
              onClick={() =>
                void run(() => service.delete('/api/notes/:id', { params: { id: note.id } }))
              }
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <button className="plain" onClick={signOut}>
        Sign out
      </button>
    </main>
  )
}
