import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { benchFolder, type ContenderName } from './contenders.ts'

const require = createRequire(import.meta.url)

/** The packages of each contender, the most important first. */
const packagesOf: Readonly<Record<ContenderName, readonly string[]>> = {
  plinth: ['plinth', 'drizzle-orm', 'pg'],
  'plinth-bun': ['bun', 'plinth', 'drizzle-orm', 'pg'],
  limit: ['pg'],
  fastify: ['fastify', 'typebox', '@fastify/jwt', 'drizzle-orm', 'pg'],
  'fastify-tuned': ['fastify', 'typebox', '@fastify/jwt', 'drizzle-orm', 'pg'],
  hono: ['hono', '@hono/zod-openapi', '@hono/node-server', 'zod', 'jose', 'drizzle-orm', 'pg'],
  'hono-bun': ['bun', 'hono', '@hono/zod-openapi', 'zod', 'jose', 'drizzle-orm', 'pg'],
  nest: ['@nestjs/core', '@nestjs/platform-fastify', '@nestjs/jwt', 'zod', 'drizzle-orm', 'pg'],
  elysia: ['elysia', '@elysia/node', '@elysia/jwt', 'drizzle-orm', 'pg'],
  'elysia-bun': ['bun', 'elysia', '@elysia/jwt', 'drizzle-orm', 'pg'],
  express: ['express', 'zod', 'jose', 'drizzle-orm', 'pg'],
  fastapi: [],
}

/** Reads the installed versions of each contender's packages. */
export const versionsOf = (names: readonly ContenderName[]): Record<string, string> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      name === 'fastapi'
        ? pythonVersions()
        : packagesOf[name].map((pack) => `${pack} ${versionOf(pack)}`).join(', '),
    ]),
  )

function versionOf(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    const version = versionIn(join(folder, name, 'package.json'))
    if (version !== undefined) return version
  }
  return '?'
}

function versionIn(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
  } catch {
    return undefined
  }
}

function pythonVersions(): string {
  const python = join(benchFolder, '.venv/bin/python')
  const wanted = readFileSync(join(benchFolder, 'contenders/fastapi/requirements.txt'), 'utf8')
  const version = spawnSync(python, ['--version'], { encoding: 'utf8' }).stdout.trim()
  return [
    version,
    ...wanted
      .trim()
      .split('\n')
      .map((line) => line.replace('==', ' ')),
  ].join(', ')
}
