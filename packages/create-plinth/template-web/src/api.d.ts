// The types of "my-app" for a frontend, written from its routes: do not edit.
//
//   import { client } from 'plinth/client'
//   import type { Api } from './api.d.ts'
//   const api = client<Api>('http://localhost:8000')

/** The API, for `client<Api>(url)`. */
export interface Api {
  readonly '~routes': Operations[keyof Operations]
}

/** The inputs and the result of each operation. */
export interface Operations {
  /** List notes */
  'notes.list': {
    readonly method: 'get'
    readonly path: '/api/notes'
    readonly '~types': {
      readonly params: {}
      readonly query: {
        /** The sort order. A `-` in front means descending. Rows without a value come last. */
        sort?: '-createdAt' | undefined
        /** The number of rows per page. */
        limit?: number | undefined
        /** The `next` of the previous page, with the same sort order. Omit it for the first page. */
        cursor?: string | undefined
      }
      readonly headers: {}
      readonly cookies: {}
      readonly body: undefined
      readonly form: false
      readonly out: NotePage
      readonly sent: 200
      readonly errors: { readonly status: 401 } | { readonly status: 503 }
    }
  }
  /** Create note */
  'notes.create': {
    readonly method: 'post'
    readonly path: '/api/notes'
    readonly '~types': {
      readonly params: {}
      readonly query: {}
      readonly headers: {}
      readonly cookies: {}
      readonly body: NoteCreate
      readonly form: false
      readonly out: Note
      readonly sent: 201
      readonly errors: { readonly status: 409 } | { readonly status: 401 } | { readonly status: 503 }
    }
  }
  /** Read note */
  'notes.read': {
    readonly method: 'get'
    readonly path: '/api/notes/:id'
    readonly '~types': {
      readonly params: {
        id: string
      }
      readonly query: {}
      readonly headers: {}
      readonly cookies: {}
      readonly body: undefined
      readonly form: false
      readonly out: Note
      readonly sent: 200
      readonly errors: { readonly status: 404 } | { readonly status: 401 } | { readonly status: 503 }
    }
  }
  /** Update note */
  'notes.update': {
    readonly method: 'patch'
    readonly path: '/api/notes/:id'
    readonly '~types': {
      readonly params: {
        id: string
      }
      readonly query: {}
      readonly headers: {}
      readonly cookies: {}
      readonly body: NoteUpdate
      readonly form: false
      readonly out: Note
      readonly sent: 200
      readonly errors: { readonly status: 404 } | { readonly status: 409 } | { readonly status: 401 } | { readonly status: 503 }
    }
  }
  /** Remove note */
  'notes.remove': {
    readonly method: 'delete'
    readonly path: '/api/notes/:id'
    readonly '~types': {
      readonly params: {
        id: string
      }
      readonly query: {}
      readonly headers: {}
      readonly cookies: {}
      readonly body: undefined
      readonly form: false
      readonly out: void
      readonly sent: 204
      readonly errors: { readonly status: 404 } | { readonly status: 409 } | { readonly status: 401 } | { readonly status: 503 }
    }
  }
}

export interface Note {
  id: string
  title: string
  text: string
  userId: string
  createdAt: string
  updatedAt: string
}

export interface NotePage {
  items: Note[]
  next: string | null
}

export interface NoteCreate {
  title: string
  text?: string | undefined
}

export interface NoteUpdate {
  title?: string | undefined
  text?: string | undefined
}
