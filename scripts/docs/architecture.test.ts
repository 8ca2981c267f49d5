import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { rooms } from '../check/rooms.ts'

const file = fileURLToPath(new URL('../../docs/architecture.md', import.meta.url))
const page = readFileSync(file, 'utf8')

test('docs/architecture.md lists the rooms in the order of their imports', () => {
  const section = page.split('## The rooms')[1]?.split('\n## ')[0] ?? ''
  const listed = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, room]) => room)
  expect(listed).toEqual(rooms)
})

test('the drawing of docs/architecture.md has each room above the ones it imports', () => {
  const lines =
    page
      .split('```')[1]
      ?.split('\n')
      .filter((line) => line.includes('│')) ?? []
  const lineOf = (room: string): number =>
    lines.findIndex((line) => new RegExp(String.raw`│ (?:.* )?${room}\b`).test(line))
  const drawn = rooms.map(lineOf)
  expect(drawn).not.toContain(-1)
  expect(drawn).toEqual(drawn.toSorted((a, b) => b - a))
})
