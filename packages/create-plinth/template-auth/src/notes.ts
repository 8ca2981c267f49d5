import { listing, resource, router } from 'plinth'
import { currentUser } from './auth.ts'
import { db } from './database.ts'
import { Note } from './models.ts'

const notes = router('/api/notes', { dependencies: { user: currentUser, db } })

/** The routes of notes. Callers see and change only their own, because the model has an owner. */
export const { list, create, read, update, remove } = resource(notes, Note, {
  listing: listing(Note, { sort: ['-createdAt'] }),
})
