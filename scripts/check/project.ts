import { dirname, isAbsolute, join } from 'node:path'
import { API, type Diagnostic, type Project } from 'typescript/unstable/async'

/**
 * Opens a TypeScript project, lends it to `use`, and closes the compiler again.
 *
 * The compiler sees `files` (absolute path to text) as if they were on the disk, so that examples
 * compile without being written anywhere.
 *
 * The asynchronous API ends the compiler by closing its input. The synchronous one sends SIGTERM,
 * and the compiler writes "context canceled" to standard error.
 */
export async function withProject<T>(
  config: string,
  use: (project: Project) => Promise<T>,
  files: Readonly<Record<string, string>> = {},
): Promise<T> {
  const folders = new Set(Object.keys(files).map(dirname))
  const api = new API({
    fs: {
      readFile: (path) => files[path],
      fileExists: (path) => (path in files ? true : undefined),
      directoryExists: (path) => (folders.has(path) ? true : undefined),
    },
  })
  try {
    const project = (await api.updateSnapshot({ openProjects: [config] })).getProject(config)
    if (!project) throw new Error(`${config} cannot be opened as a TypeScript project`)
    return await use(project)
  } finally {
    await api.close()
  }
}

/** Type-checks files that need not exist on the disk, as if they were in `root`. */
export async function diagnose(
  root: string,
  files: Readonly<Record<string, string>>,
): Promise<Diagnosis[]> {
  const config = join(root, 'tsconfig.virtual.json')
  const sources = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [isAbsolute(path) ? path : join(root, path), text]),
  )
  if (Object.keys(sources).length === 0) return []
  const settings = JSON.stringify({
    extends: './tsconfig.json',
    // examples may declare something only to show it
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: [],
    files: Object.keys(sources),
  })
  return withProject(
    config,
    async ({ program }) => {
      const found: Diagnosis[] = []
      for (const [path, text] of Object.entries(sources))
        for (const diagnostic of [
          ...(await program.getSyntacticDiagnostics(path)),
          ...(await program.getSemanticDiagnostics(path)),
        ])
          found.push({
            file: path,
            line: text.slice(0, diagnostic.pos).split('\n').length,
            message: flatten(diagnostic),
          })
      return found
    },
    { ...sources, [config]: settings },
  )
}

/** An error of the compiler. */
export interface Diagnosis {
  /** The absolute path of the file. */
  readonly file: string
  /** The line number, counted from 1. */
  readonly line: number
  /** The chain of messages, outermost first. */
  readonly message: string
}

function flatten(diagnostic: Diagnostic): string {
  const inner = (diagnostic.messageChain ?? []).map(flatten)
  return [diagnostic.text, ...inner].join('\n  ')
}
