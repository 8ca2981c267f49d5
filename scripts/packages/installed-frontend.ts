import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, runWell } from './outside.ts'
import { attempt, type Tried } from './tried.ts'

/** Compiles the client in a frontend that installs the tarball, resolved like its bundler does. */
export function tryFrontend(folder: string, service: string, plinth: string): Promise<Tried> {
  return attempt('a frontend that only installs the tarball compiles', () => {
    mkdirSync(folder, { recursive: true })
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
    const dependencies = {
      '@tanstack/react-query': '5.108.0',
      '@types/react': '19.3.0',
      react: '19.3.1',
      plinth: `file:${plinth}`,
      typescript: '7.0.2',
    }
    write(
      'package.json',
      JSON.stringify({ name: 'web', private: true, type: 'module', dependencies }),
    )
    write(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          lib: ['es2022', 'dom', 'dom.iterable'],
          module: 'esnext',
          moduleResolution: 'bundler',
          strict: true,
          noEmit: true,
          types: [],
        },
      }),
    )
    const cli = 'node_modules/plinth/dist/cli/main.js'
    runWell(process.execPath, [cli, 'client', '--out', join(folder, 'api.d.ts')], { cwd: service })
    write('page.ts', page)
    runWell('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder })
    const tsc = [join(folder, 'node_modules/typescript/bin/tsc'), '--singleThreaded']
    runWell(process.execPath, tsc, { cwd: folder })
    write('page.ts', page.replace('made.title', 'made.titel'))
    const { stdout } = run(process.execPath, tsc, { cwd: folder })
    if (!stdout.includes("'titel' does not exist")) throw new Error(`A misspelled field: ${stdout}`)
  })
}

const page = `import { useQuery } from '@tanstack/react-query'
import { client, ClientError } from 'plinth/client'
import { queryOptions } from 'plinth/client/tanstack'
import type { Api } from './api.d.ts'

const c = client<Api>('http://localhost:8000', { token: async () => 'a token' })
const made = await c.post('/api/notes', { body: { title: 'Milk' } })
export const title: string = made.title
export const isTaken = (error: unknown): boolean => error instanceof ClientError && error.status === 409
export const useNotes = () => useQuery(queryOptions(c, '/api/notes', { query: { limit: 5 } }))
`
