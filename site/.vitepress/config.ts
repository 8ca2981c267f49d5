import { readFileSync } from 'node:fs'
import { defineConfig } from 'vitepress'
import { navigation } from '../../scripts/docs/navigation.ts'
import { readSubjects } from '../../scripts/docs/reference/subjects.ts'
import { searchOptions } from '../../scripts/docs/search-options.ts'
import { slugify } from '../../scripts/docs/slugify.ts'
import { searchWords } from '../../scripts/docs/search-words.ts'

const entryPoints = new URL('../../docs/entry-points.md', import.meta.url)
const subjects = readSubjects(readFileSync(entryPoints, 'utf8'))

/** Adds the words of `searchWords` behind the headings that they belong to. */
function withSearchWords(html: string, page: string): string {
  const opening = searchWords[page]
  const start = opening === undefined ? html : html.replace('</h1>', `</h1><p>${opening}</p>`)
  return start.replaceAll(
    /(<h[23] id="([^"]+)"[\s\S]*?<\/h[23]>)/g,
    (heading, _, anchor: string) => {
      const words = searchWords[`${page}#${anchor}`]
      return words === undefined ? heading : `${heading}<p>${words}</p>`
    },
  )
}

export default defineConfig({
  srcDir: '.pages',
  outDir: '../.build/site',
  cacheDir: '../.build/site-cache',
  title: 'Plinth',
  description: 'TypeScript backends from one model',
  lang: 'en-US',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: '/icon.svg', type: 'image/svg+xml' }]],
  markdown: {
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    logo: '/icon.svg',
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        detailedView: true,
        _render(src, env, md) {
          const html = md.render(src, env)
          // an error's code finds it, and its text must not hide the guides
          return withSearchWords(html, env.relativePath.replace(/\.md$/, ''))
        },
        miniSearch: { options: { processTerm: searchOptions.processTerm }, searchOptions },
      },
    },
    nav: [
      { text: 'Guides', link: '/models', activeMatch: '^/(?!reference|benchmark|changelog)' },
      { text: 'Reference', link: '/reference/' },
      { text: 'Benchmark', link: '/benchmark' },
      { text: 'Changelog', link: '/changelog' },
    ],
    sidebar: {
      '/reference/': [
        {
          text: 'API reference',
          items: [
            { text: 'Overview', link: '/reference/' },
            ...subjects.map(({ title, page }) => ({ text: title, link: `/reference/${page}` })),
          ],
        },
      ],
      '/': navigation.map(({ text, pages }) => ({
        text,
        collapsed: false,
        items: pages.map(({ text: label, page }) => ({ text: label, link: `/${page}` })),
      })),
    },
  },
})
