import type { Contender } from '../contenders.ts'

const node = process.execPath

/** The servers that get more requests than they can serve. */
export const overloadContenders = {
  plinth: { title: 'Plinth', command: [node, '.build/installed/overload/plinth.ts'] },
  'under-pressure': {
    title: 'Fastify + @fastify/under-pressure',
    command: [node, 'contenders/overload/under-pressure.ts'],
  },
  fastify: { title: 'Fastify alone', command: [node, 'contenders/overload/fastify.ts'] },
} satisfies Record<string, Contender>

export type OverloadContenderName = keyof typeof overloadContenders

export const overloadContenderNames = Object.keys(overloadContenders) as OverloadContenderName[]
