#!/usr/bin/env node
// The entry point of the command. Any Node from 18 on can parse it, so an old Node gets a clear message.
const major = Number(process.versions.node.split('.')[0])
const message = `Plinth needs Node 24 or newer, and this is ${process.version}`
const fix =
  'Install Node 24 from https://nodejs.org, or select it with your version manager (nvm install 24)'

if (major >= 24) {
  // The compile cache helps only modules that are loaded after it is on.
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
