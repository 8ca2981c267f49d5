// Better Auth's tables, in each layout that its command line creates.
import { createHmac, randomBytes } from 'node:crypto'
import type { Database } from '../../../src/database/database.ts'

/** A layout of the tables. */
export interface Layout {
  readonly name: string
  readonly column: (field: string) => string
  /** The column type of its times. */
  readonly time: 'timestamp' | 'timestamptz'
  readonly table: (name: string) => string
  readonly id: 'text' | 'uuid' | 'bigint'
}

const snake = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const same = (name: string): string => name

/** The layouts of the built-in adapter (Kysely), of Drizzle, and of Drizzle with `usePlural`. */
export const layouts: readonly Layout[] = [
  { name: 'Kysely', column: same, time: 'timestamptz', table: same, id: 'text' },
  { name: 'Drizzle', column: snake, time: 'timestamp', table: same, id: 'text' },
  { name: 'plural', column: snake, time: 'timestamptz', table: (name) => `${name}s`, id: 'uuid' },
]

/** Creates the tables of a layout, with the columns of the admin and organization plugins. */
export async function makeAuthTables(
  db: Database,
  { column, time, table, id }: Layout,
  schema = 'public',
): Promise<void> {
  const at = (name: string): string => `"${schema}"."${table(name)}"`
  const of = (field: string): string => `"${column(field)}"`
  await db.execute(`create schema if not exists "${schema}"`)
  await db.execute(`create table ${at('user')} ("id" ${id} primary key, "name" text not null, "email" text not null unique,
    ${of('emailVerified')} boolean not null default false, "image" text, ${of('createdAt')} ${time} not null default now(),
    "role" text, "banned" boolean, ${of('banExpires')} ${time})`)
  await db.execute(`create table ${at('session')} ("id" ${id} primary key, ${of('expiresAt')} ${time} not null,
    "token" text not null unique, ${of('userId')} ${id} not null references ${at('user')} ("id") on delete cascade,
    ${of('activeOrganizationId')} text, ${of('impersonatedBy')} text)`)
  await db.execute(`create table ${at('jwks')} ("id" ${id} primary key, ${of('publicKey')} text not null,
    ${of('privateKey')} text not null, ${of('createdAt')} ${time} not null default now(), ${of('expiresAt')} ${time},
    "alg" text, "crv" text)`)
}

/** Creates a session token like Better Auth: 32 letters and digits. */
export const sessionToken = (): string => randomBytes(24).toString('hex').slice(0, 32)

/** Signs a session token as in `set-auth-token` and in a cookie before encoding. */
export const signed = (token: string, secret: string): string =>
  `${token}.${createHmac('sha256', secret).update(token).digest('base64')}`
