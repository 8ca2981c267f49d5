import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isInstalled } from './is-installed.mjs'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plinth-installed-'))
  mkdirSync(join(root, 'node_modules'))
})
afterEach(() => rmSync(root, { recursive: true }))

const a1 = { version: '1.0.0', integrity: 'sha512-one' }
const link = { resolved: 'packages/a', link: true }
const write = (file: string, packages: object): void =>
  writeFileSync(join(root, file), JSON.stringify({ packages }))
const lock = (packages: object): void => write('package-lock.json', packages)
const hidden = (packages: object): void => write('node_modules/.package-lock.json', packages)

test('a clone without node_modules, or with an interrupted install, is not installed', () => {
  lock({ 'node_modules/a': a1 })
  expect(isInstalled(root)).toBe(false)
})

test('a clone with the packages of the lock file is installed', () => {
  lock({ '': { name: 'root' }, 'packages/a': {}, 'node_modules/a': a1, 'node_modules/w': link })
  hidden({ 'packages/a': {}, 'node_modules/a': a1, 'node_modules/w': link })
  expect(isInstalled(root)).toBe(true)
})

test('a different version, a different content or a missing package is not installed', () => {
  lock({ 'node_modules/a': a1 })
  hidden({ 'node_modules/a': { ...a1, version: '1.0.1' } })
  expect(isInstalled(root)).toBe(false)
  hidden({ 'node_modules/a': { ...a1, integrity: 'sha512-two' } })
  expect(isInstalled(root)).toBe(false)
  hidden({ 'node_modules/b': a1 })
  expect(isInstalled(root)).toBe(false)
})

test('a package for another platform may be missing, and an extra package may be present', () => {
  lock({ 'node_modules/a': { ...a1, optional: true, os: ['darwin'] } })
  hidden({ 'node_modules/b': a1 })
  expect(isInstalled(root)).toBe(true)
})

test('nested packages are compared too', () => {
  lock({ 'packages/a/node_modules/b': a1 })
  hidden({})
  expect(isInstalled(root)).toBe(false)
})

test('an outdated optional package requires an install', () => {
  lock({ 'node_modules/a': { ...a1, optional: true } })
  hidden({ 'node_modules/a': { ...a1, version: '0.9.0' } })
  expect(isInstalled(root)).toBe(false)
})
