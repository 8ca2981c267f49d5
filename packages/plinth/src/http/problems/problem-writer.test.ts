import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { HttpError } from '../../errors/http-error.ts'
import { createLogger } from '../../logging/logger.ts'
import type { AnyProblemOptions } from './problem-format.ts'
import { problemWriter } from './problem-writer.ts'
import { writeProblem } from './write-problem.ts'

function writerOf(options?: AnyProblemOptions) {
  const lines: string[] = []
  const log = createLogger({
    level: 'debug',
    format: 'json',
    destination: { write: (line) => lines.push(line) },
  })
  return { write: problemWriter(options, log), lines }
}
const Detail = z.object({ detail: z.string() })
const detail: AnyProblemOptions = {
  schema: Detail,
  write: (problem) => ({ detail: problem.detail }),
}
const missing = new HttpError(404, 'No such note', { headers: { 'x-a': 'b' } })

describe('the writer of error responses', () => {
  it('is that of problem documents without options', () => {
    expect(writerOf().write).toBe(writeProblem)
  })
  it('writes the body that the format makes of the problem, with the status and headers of the error', () => {
    expect(writerOf(detail).write(missing, 'r-1')).toStrictEqual({
      status: 404,
      contentType: 'application/json',
      body: '{"detail":"No such note"}',
      headers: [['x-a', 'b']],
    })
  })
  it('encodes what the schema decodes, and drops what the schema does not name', () => {
    const Body = z.object({ at: z.date(), size: z.bigint() })
    const { write } = writerOf({
      schema: Body,
      contentType: 'application/vnd.example+json',
      write: () => ({ at: new Date(0), size: 5n, secret: 'x' }),
    })
    const { body, contentType } = write(missing, 'r-1')
    expect(JSON.parse(body)).toStrictEqual({ at: '1970-01-01T00:00:00.000Z', size: '5' })
    expect(contentType).toBe('application/vnd.example+json')
  })
  it('hands the data of an error type and the URI of its documentation to write', () => {
    const write = vi.fn<(problem: unknown) => object>(() => ({ detail: '' }))
    const writer = writerOf({
      schema: Detail,
      write,
      type: (code) => `https://docs.example.com/errors#${code.toLowerCase()}`,
    })
    const full = new HttpError(402, 'Full', { code: 'FULL', extensions: { data: { limit: 3 } } })
    writer.write(full, 'r-1')
    expect(write).toHaveBeenLastCalledWith({
      type: 'https://docs.example.com/errors#full',
      title: 'Error 402',
      status: 402,
      detail: 'Full',
      code: 'FULL',
      requestId: 'r-1',
      data: { limit: 3 },
    })
  })
  it('adds the URI of the documentation to problem documents', () => {
    const { write } = writerOf({ type: (code) => `/errors/${code}` })
    const { body, contentType } = write(missing, 'r-1')
    expect(JSON.parse(body)).toMatchObject({ type: '/errors/PLINTH_NOT_FOUND', status: 404 })
    expect(contentType).toBe('application/problem+json; charset=utf-8')
  })
  it.each([
    [
      'throws',
      () => {
        throw new Error('no such word')
      },
      'no such word',
    ],
    ['returns what the schema does not allow', () => ({ detail: 5 }), 'its schema does not allow'],
    ['returns a promise', async () => ({ detail: 'late' }), 'its schema does not allow'],
  ])('sends the problem document and logs the reason if write %s', (_, broken, reason) => {
    const { write, lines } = writerOf({
      schema: Detail,
      write: (problem) =>
        problem.status === 404 && problem.requestId === 'r-1' ? broken() : { detail: '' },
    })
    const written = write(missing, 'r-1')
    expect(written).toStrictEqual(writeProblem(missing, 'r-1'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(reason)
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'error',
      requestId: 'r-1',
      code: 'PLINTH_NOT_FOUND',
    })
  })
})

describe('a format of error responses is refused at startup', () => {
  const write = () => ({ detail: '' })
  it.each<[string, unknown, string]>([
    ['without any option', {}, 'it changes nothing'],
    ['with a misspelled option', { ...detail, contentTypes: 'x' }, 'Did you mean "contentType"?'],
    ['without write', { schema: Detail }, 'schema and write need each other'],
    ['without schema', { write }, 'schema and write need each other'],
    [
      'with a content type that is not JSON',
      { ...detail, contentType: 'text/html' },
      'application/json, or one that ends with +json',
    ],
    [
      'with a content type for problem documents',
      { type: () => '/x', contentType: 'application/json' },
      'that of a format of your own',
    ],
    ['with a schema that is not one', { schema: {}, write }, 'schema must be a Zod schema'],
    [
      'with a schema that JSON cannot carry',
      { schema: z.object({ a: z.map(z.string(), z.string()) }), write },
      'schema.a is z.map()',
    ],
    [
      'that fails for an error of every app',
      {
        schema: Detail,
        write: (problem: { errors: unknown[] }) => ({ detail: String(problem.errors[0]) }),
      },
      'it cannot write a 404',
    ],
    [
      'whose type is not a URI',
      { type: () => 'two words' },
      'type("PLINTH_NOT_FOUND") must return a URI',
    ],
  ])('%s', (_, options, message) => {
    expect(() => writerOf(options as AnyProblemOptions)).toThrow(message)
  })
})
