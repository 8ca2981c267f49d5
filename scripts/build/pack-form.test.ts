import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { publishManifest, restoreManifest } from './pack-form.ts'

let folder: string
const source = `${JSON.stringify({ name: 'a', version: '1.0.0', exports: { '.': './src/index.ts' } })}\n\n`
const text = () => readFileSync(join(folder, 'package.json'), 'utf8')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pack-form-'))
  writeFileSync(join(folder, 'package.json'), source)
})
afterEach(() => rmSync(folder, { recursive: true }))

it('restoring gives back the package.json byte for byte, and leaves no other file', () => {
  publishManifest(folder)
  expect(JSON.parse(text()).exports['.'].default).toBe('./dist/index.js')
  expect(restoreManifest(folder)).toBe(true)
  expect(text()).toBe(source)
  expect(readdirSync(folder)).toEqual(['package.json'])
})

it('restoring also repairs a killed pack, and does nothing if there is nothing to restore', () => {
  expect(restoreManifest(folder)).toBe(false)
  expect(text()).toBe(source)
  publishManifest(folder)
  // the next pack starts with this
  restoreManifest(folder)
  publishManifest(folder)
  restoreManifest(folder)
  expect(text()).toBe(source)
})
