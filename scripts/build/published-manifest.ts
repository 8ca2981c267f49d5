/** A package.json, as far as publishing it goes. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

/** Of the repository alone: what a published package has no use for. */
const ofTheRepository = ['scripts', 'devDependencies', 'private']

const source = /^\.\/src\/(.+)\.ts$/

/** './src/client/client.ts' -> './dist/client/client.js' */
function built(path: string, ending: string): string {
  const [, name] = source.exec(path) ?? []
  if (name === undefined) throw new Error(`${path} is no ./src/….ts, so nothing is built from it`)
  return `./dist/${name}${ending}`
}

const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A) => B,
): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))

/**
 * The package.json of the tarball, made of the one in the repository: `exports` and `bin` there are the sources, which
 * run as they are, and here the JavaScript and the types that were built from them.
 */
export function publishedManifest(manifest: Manifest): Manifest {
  const { exports, bin } = manifest
  const kept = Object.entries(manifest).filter(([key]) => !ofTheRepository.includes(key))
  return {
    ...(Object.fromEntries(kept) as unknown as Manifest),
    ...(exports && {
      exports: {
        ...mapValues(exports, (path) => ({
          types: built(path, '.d.ts'),
          default: built(path, '.js'),
        })),
        './package.json': './package.json',
      },
    }),
    ...(bin && { bin: mapValues(bin, (path) => built(path, '.js').slice(2)) }),
  }
}
