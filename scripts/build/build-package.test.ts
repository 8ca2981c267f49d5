import { expect, it } from 'vitest'
import { namingJavaScript } from './build-package.ts'

it('declarations import the JavaScript files, and their examples stay unchanged', () => {
  const declaration = `/**
 * import { db } from './database.ts'
 */
export { a, type B } from './room/a.types.ts';
export declare const c: import("../c.ts").C;
import type { D } from 'package/d.ts';
`
  expect(namingJavaScript(declaration)).toBe(`/**
 * import { db } from './database.ts'
 */
export { a, type B } from './room/a.types.js';
export declare const c: import("../c.js").C;
import type { D } from 'package/d.ts';
`)
})
