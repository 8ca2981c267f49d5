import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startLanguageServer } from './language-server.ts'

const lines = [
  "import { client } from 'plinth/client'",
  "import type { api } from './tasks.ts'",
  '',
  'const call = client<typeof api>(location.origin)',
  "const late = await call.get('/api/tasks/",
]
/** The cursor of the editor, at the end of the text. */
const cursor = { line: lines.length - 1, character: lines.at(-1)!.length }

/** Makes the page for a color scheme. */
type EditorPage = (look: Look) => Promise<string>
export type Look = 'light' | 'dark'

interface Shiki {
  readonly codeToHtml: (code: string, options: object) => Promise<string>
}

/**
 * The HTML of an editor that completes a path of the program `tasks.ts` in the folder.
 *
 * The completions are those of TypeScript's language server.
 */
export async function editorPage(root: string, folder: string): Promise<EditorPage> {
  const file = join(folder, 'browser.ts')
  writeFileSync(file, lines.join('\n'))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { lib: ['es2024', 'esnext', 'dom'] },
      include: ['*.ts'],
    }),
  )
  await using server = await startLanguageServer(file)
  const items = await server.complete(cursor)
  if (items.length === 0) throw new Error('The language server has no completions for the picture')
  const ofSite = createRequire(join(root, 'site/node_modules/vitepress/package.json'))
  const { codeToHtml } = (await import(pathToFileURL(ofSite.resolve('shiki')).href)) as Shiki
  const labels = items.map(
    ({ label }, index) => `<li${index === 0 ? ' class="chosen"' : ''}><i>abc</i>${label}</li>`,
  )
  return async (look) => {
    const theme = `github-${look}-high-contrast`
    const code = await codeToHtml(lines.join('\n'), {
      lang: 'ts',
      theme,
      // on a busy machine, the default of 500 ms per line would leave lines without colors
      tokenizeTimeLimit: 0,
    })
    return `<!doctype html><meta charset="utf-8"><style>${style}</style>
<header><span>browser.ts</span></header>${code}<ul>${labels.join('')}</ul>`
  }
}

const style = `
:root { --page: #fff; --bar: #f3f3f5; --line: #d0d0d7; --text: #1f2328; --chosen: #e3e0fa; --kind: #4a3aa8 }
@media (prefers-color-scheme: dark) {
  :root { --page: #16161a; --bar: #202127; --line: #3c3f44; --text: #f0f3f6; --chosen: #34306a; --kind: #b4a8ff }
}
body { margin: 0; background: var(--page); color: var(--text); font: 14px/24px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
header { background: var(--bar); border-bottom: 1px solid var(--line); padding: 0 12px; font: 13px/34px system-ui, 'DejaVu Sans', sans-serif }
header span { display: inline-block; padding: 0 14px; background: var(--page); border: 1px solid var(--line); border-width: 0 1px }
pre { margin: 12px 20px 0; background: none !important }
pre code::after { content: ''; border-left: 2px solid var(--kind); margin-left: 1px }
ul { position: absolute; left: calc(20px + 28ch); margin: 2px 0 0; padding: 4px; list-style: none; min-width: 270px; background: var(--page); border: 1px solid var(--line); border-radius: 6px; box-shadow: 0 6px 18px #0003 }
li { padding: 0 8px; border-radius: 4px }
li.chosen { background: var(--chosen) }
i { margin-right: 10px; font: 11px/1 system-ui, sans-serif; color: var(--kind) }
`
