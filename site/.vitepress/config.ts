import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { navigation } from '../../scripts/docs/navigation.ts'
import { pageDescription } from '../../scripts/docs/page-description.ts'
import { readSubjects } from '../../scripts/docs/reference/subjects.ts'
import { indexOptions, searchOptions } from '../../scripts/docs/search-options.ts'
import { slugify } from '../../scripts/docs/slugify.ts'

const entryPoints = new URL('../../docs/entry-points.md', import.meta.url)
const subjects = readSubjects(readFileSync(entryPoints, 'utf8'))
const pages = fileURLToPath(new URL('../.pages', import.meta.url))
const textOf = (file: string): string => readFileSync(join(pages, file), 'utf8')

/** The public address of the site. It makes the sitemap, which needs whole addresses. */
const hostname = process.env['PLINTH_SITE_URL']

export default defineConfig({
  srcDir: '.pages',
  outDir: '../.build/site',
  cacheDir: '../.build/site-cache',
  title: 'Plinth',
  description: 'TypeScript backends from one model',
  lang: 'en-US',
  cleanUrls: true,
  // addresses of a service that runs on the reader's machine
  ignoreDeadLinks: 'localhostLinks',
  // a page would load the pages that its links lead to
  router: { prefetchLinks: false },
  ...(hostname !== undefined && { sitemap: { hostname } }),
  head: [
    ['link', { rel: 'icon', href: '/icon.svg', type: 'image/svg+xml' }],
    ['meta', { name: 'theme-color', content: '#6657c4' }],
    ['meta', { property: 'og:site_name', content: 'Plinth' }],
  ],
  transformPageData(page) {
    if (page.description === '') page.description = pageDescription(textOf(page.filePath)) ?? ''
  },
  transformHead: ({ title, description }) => [
    ['meta', { property: 'og:title', content: title }],
    ['meta', { property: 'og:description', content: description }],
  ],
  vite: {
    // the tsconfig.json of the repository has a newer target than this version of esbuild knows
    esbuild: { tsconfigRaw: '{}' },
    optimizeDeps: { esbuildOptions: { tsconfigRaw: {} } },
    build: { chunkSizeWarningLimit: 4000 },
  },
  markdown: {
    anchor: { slugify },
    config({ renderer: { rules } }) {
      // a screen reader would announce a header without a name
      rules['th_open'] = (...[tokens, at, options, , self]) =>
        self
          .renderToken(tokens, at, options)
          .replace('<th', tokens[at + 1]?.content === '' ? '<td' : '<th')
      rules['th_close'] = (tokens, at) => (tokens[at - 1]?.content === '' ? '</td>' : '</th>')
    },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    shikiSetup(shiki) {
      const { codeToHtml } = shiki
      // on a busy machine, the default of 500 ms per line would leave lines without colors
      shiki.codeToHtml = (code, options) => codeToHtml(code, { ...options, tokenizeTimeLimit: 0 })
    },
  },
  themeConfig: {
    logo: '/icon.svg',
    outline: [2, 3],
    notFound: {
      title: 'This page does not exist',
      quote: 'Search for it, or start at the front page.',
      linkText: 'Go to the front page',
      linkLabel: 'Go to the front page',
    },
    search: {
      provider: 'local',
      options: {
        detailedView: true,
        miniSearch: { options: indexOptions, searchOptions },
      },
    },
    nav: [
      { text: 'Tutorial', link: '/tutorial/', activeMatch: '^/tutorial/' },
      {
        text: 'Guides',
        link: '/routing',
        activeMatch: '^/(?!$|tutorial/|reference/|benchmark|changelog)',
      },
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
        items: pages.map(({ text: label, page }) => ({ text: label, link: `/${page}` })),
      })),
    },
  },
})
