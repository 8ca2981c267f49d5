#!/usr/bin/env node
// The entry point of the command. It runs on any Node from 18 on, to report an old version in a
// sentence.
const major = Number(process.versions.node.split('.')[0])

if (major >= 24) {
  const { main } = await import('./program.ts')
  process.exitCode = await main(process.argv.slice(2))
} else {
  console.error(
    `create-plinth: Plinth needs Node 24 or newer, and this is ${process.version}: install it from https://nodejs.org (or nvm install 24)`,
  )
  process.exitCode = 1
}
