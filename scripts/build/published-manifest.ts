/** The parts of a package.json that publishing reads. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly exports?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly [key: string]: unknown
}

/** Fields that only the repository uses. */
const ofTheRepository = ['scripts', 'devDependencies', 'private']

const source = /^\.\/src\/(.+)\.ts$/

/** Maps a source, such as `./src/client/client.ts`, to `./dist/client/client.js`. */
function built(path: string, ending: string): string {
  const [, name] = source.exec(path) ?? []
  if (name === undefined) throw new Error(`${path} is not a ./src/….ts path, so it is not built`)
  return `./dist/${name}${ending}`
}

const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A) => B,
): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))

/**
 * Converts the repository's package.json to the published one.
 *
 * In the repository, `exports` and `bin` name the sources, which Node runs directly; in the
 * tarball, they name the built JavaScript and types.
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
