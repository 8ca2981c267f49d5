import { expect, it } from 'vitest'
import { safeFileName } from './safe-file-name.ts'

it.each([
  ['photo.jpg', 'photo.jpg'],
  ['Übersicht 2026 (1).pdf', 'Übersicht 2026 (1).pdf'],
  ['../../etc/passwd', 'passwd'],
  [String.raw`..\..\x.exe`, 'x.exe'],
  [String.raw`C:\path\a.txt`, 'a.txt'],
  ['.htaccess', 'htaccess'],
  ['..', 'file'],
  ['', 'file'],
  ['a/', 'file'],
  ['...  ', 'file'],
  ['a\0b\r\n.png', 'ab.png'],
  ['a\u202Eb.exe', 'ab.exe'],
  ['a<b>:"c|d?.txt', 'a_b___c_d_.txt'],
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['console.txt', 'console.txt'],
  ['e\u0301.txt', '\u00e9.txt'],
])('the uploaded name %j is stored as %j', (sent, safe) => {
  expect(safeFileName(sent)).toBe(safe)
})

it('a name that is too long for a file system is cut before its ending', () => {
  const name = safeFileName(`${'ä'.repeat(300)}.tar.gz`)
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
  expect(name).toMatch(/ä\.gz$/)
  expect(Buffer.byteLength(safeFileName('😀'.repeat(300)))).toBe(252)
})
