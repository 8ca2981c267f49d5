import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { publishedManifest } from '../build/published-manifest.ts'
import { emittedTypes } from './emitted-types.ts'
import type { Check, Finding } from './finding.ts'
import { readBlocks } from './markdown.ts'
import { runTool } from './tools.ts'

/**
 * TypeScript can write the declarations of a user's app: every type in them has a public name.
 *
 * The app's code is compiled in a temporary folder against the published form of the package, whose `exports` hide
 * everything else. In the repository itself, TypeScript would name the sources by their path.
 */
export const userDeclarationsCheck: Check = {
  name: 'user declarations',
  proves: 'TypeScript can declare what apps and examples export, with public names alone',
  run: async (root) => {
    const folder = mkdtempSync(join(tmpdir(), 'plinth-declarations-'))
    try {
      await installTypes(root, folder)
      writeSources(root, folder)
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configFor(root)))
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      return (await runTool(folder, [tsc, '--pretty', 'false']))
        .flatMap(({ message }) => message.split('\n'))
        .filter((line) => /^src\/.*error TS(?:2742|2883|4\d\d\d)/.test(line))
        .map((line): Finding => ({ message: line }))
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

/** Puts the declarations of the package into `node_modules/plinth`, as they are published. */
async function installTypes(root: string, folder: string): Promise<void> {
  const source = join(root, 'packages/plinth')
  const target = join(folder, 'node_modules/plinth')
  const types = await emittedTypes(join(source, 'tsconfig.build.json'))
  cpSync(types, join(target, 'dist'), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  writeFileSync(join(target, 'package.json'), JSON.stringify(publishedManifest(manifest)))
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== 'plinth' && !name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
}

/** Copies the reference backend, the template, one export of every kind, and each block of the documentation. */
function writeSources(root: string, folder: string): void {
  const fixture = 'user-declarations.fixture.ts'
  mkdirSync(join(folder, 'src'))
  const source = join(root, 'scripts/check', fixture)
  if (existsSync(source)) cpSync(source, join(folder, 'src', fixture))
  const apps = ['apps/api', 'packages/create-plinth/template']
  for (const app of apps.filter((path) => existsSync(join(root, path))))
    cpSync(join(root, app, 'src'), join(folder, 'src', app), { recursive: true })
  for (const document of globSync(['README.md', 'docs/*.md'], { cwd: root })) {
    const place = join(folder, 'src', basename(document, '.md'))
    mkdirSync(place, { recursive: true })
    for (const { fileName, line, text } of readBlocks(readFileSync(join(root, document), 'utf8')))
      writeFileSync(join(place, fileName ?? `line-${line}.ts`), `${text}\nexport {}\n`)
  }
  for (const file of globSync('src/**/*.ts', { cwd: folder }))
    writeFileSync(join(folder, file), exportAll(readFileSync(join(folder, file), 'utf8')))
}

/** Exports every top-level declaration, so that TypeScript has to write its type. */
const exportAll = (text: string): string =>
  text.replaceAll(/^(const|function|async function|class) /gm, 'export $1 ')

function configFor(root: string): object {
  return {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      declaration: true,
      emitDeclarationOnly: true,
      noEmit: false,
      // the checks of types and documents look for all other errors
      noCheck: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      outDir: 'out',
      rewriteRelativeImportExtensions: true,
      rootDir: 'src',
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: ['src'],
    exclude: [],
  }
}
