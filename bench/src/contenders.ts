import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The `bench` folder. */
export const benchFolder = join(import.meta.dirname, '..')

/** A server that takes part in the benchmark. */
export interface Contender {
  /** Its description in the tables. */
  readonly title: string
  /** The program and its arguments. Relative paths start at `bench/`. */
  readonly command: readonly [string, ...string[]]
  /** A required file, and the message if it is missing. */
  readonly needs?: { readonly file: string; readonly otherwise: string }
}

const node = process.execPath
const bun = 'node_modules/bun/bin/bun.exe'
const needsBun = { file: bun, otherwise: 'Bun could not be installed' }
const python = '.venv/bin/python'

/** All contenders by name. Plinth is first, and all others are compared with it. */
export const contenders = {
  plinth: { title: 'Plinth', command: [node, '.build/installed/plinth/main.ts'] },
  'plinth-bun': {
    title: 'Plinth, the same, on Bun',
    command: [bun, '.build/installed/plinth/main.ts'],
    needs: needsBun,
  },
  limit: {
    title: 'by hand: node:http, pg, SQL',
    command: [node, 'contenders/limit/main.ts'],
  },
  fastify: {
    title: 'Fastify + TypeBox + Drizzle',
    command: [node, 'contenders/fastify/main.ts'],
  },
  'fastify-tuned': {
    title: 'Fastify, token cache, prepared',
    command: [node, 'contenders/fastify-tuned/main.ts'],
  },
  hono: { title: 'Hono + zod-openapi + Drizzle', command: [node, 'contenders/hono/main.ts'] },
  'hono-bun': {
    title: 'Hono, the same, on Bun',
    command: [bun, 'contenders/hono/main.ts'],
    needs: needsBun,
  },
  nest: {
    title: 'NestJS on Fastify + Drizzle',
    command: [node, '.build/nest/main.js'],
  },
  elysia: { title: 'Elysia on Node + Drizzle', command: [node, 'contenders/elysia/main.ts'] },
  'elysia-bun': {
    title: 'Elysia on Bun + Drizzle',
    command: [bun, 'contenders/elysia/main.ts'],
    needs: needsBun,
  },
  express: { title: 'Express + Zod + Drizzle', command: [node, 'contenders/express/main.ts'] },
  fastapi: {
    title: 'FastAPI + SQLModel + PyJWT',
    command: [python, '-m', 'uvicorn', 'main:app', '--app-dir', 'contenders/fastapi'],
    needs: { file: python, otherwise: 'Python 3.10 or newer was not found' },
  },
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders

export const contenderNames = Object.keys(contenders) as ContenderName[]

export const contenderOf = (name: ContenderName): Contender => contenders[name]

/** The reason why a contender cannot run on this machine, or `undefined`. */
export function missing({ needs }: Contender): string | undefined {
  return needs === undefined || existsSync(join(benchFolder, needs.file))
    ? undefined
    : needs.otherwise
}
