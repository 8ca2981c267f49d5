#!/usr/bin/env node
// The first file of the command, which any Node from 18 on understands: an old one is told so in a sentence.
const major = Number(process.versions.node.split('.')[0])
const message = `Plinth needs Node 24 or newer, and this is ${process.version}`
const fix =
  'Install Node 24 from https://nodejs.org, or choose it with your version manager (nvm install 24)'

if (major >= 24) {
  // Before all else that is loaded.
  const { cacheCompiledCode } = await import('./compile-cache.ts')
  cacheCompiledCode(process.cwd())
  const { main } = await import('./program.ts')
  await main(process.argv.slice(2))
} else {
  if (process.argv.includes('--json')) {
    const finding = { id: 'node-version', level: 'problem', message, fix }
    console.log(
      JSON.stringify({ ok: false, findings: [finding], error: { code: finding.id, message } }),
    )
  } else console.error(`plinth: ${message} (node-version)\n${fix}`)
  process.exitCode = 1
}
