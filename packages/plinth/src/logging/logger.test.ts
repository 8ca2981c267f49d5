import { describe, expect, it } from 'vitest'
import { createLogger, type FlushableLogger, type LoggerOptions } from './logger.ts'

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl'

function recorded(options: LoggerOptions = {}): { log: FlushableLogger; lines: string[] } {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  return {
    log: createLogger({ level: 'debug', mode: 'production', destination, ...options }),
    lines,
  }
}
const read = (line: string | undefined): Record<string, unknown> =>
  JSON.parse(line ?? '') as Record<string, unknown>

describe('a JSON line', () => {
  it('has level, time, facts and message, and a line end', () => {
    const { log, lines } = recorded()
    log.info({ requestId: 'r1', status: 200 }, 'request')
    expect(read(lines[0])).toStrictEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      requestId: 'r1',
      status: 200,
      msg: 'request',
    })
    expect(lines[0]).toMatch(/^[^\n]*\n$/)
  })

  it('has the facts of its parent loggers', () => {
    const { log, lines } = recorded()
    log.child({ requestId: 'r1' }).child({ part: 'mail' }).warn({ tries: 3 }, 'no answer')
    expect(read(lines[0])).toMatchObject({ requestId: 'r1', part: 'mail', tries: 3, level: 'warn' })
  })

  it('is written at its level and above', () => {
    const { log, lines } = recorded({ level: 'warn' })
    log.debug({}, 'a')
    log.info({}, 'b')
    log.warn({}, 'c')
    log.error({}, 'd')
    expect(lines.map((line) => read(line)['msg'])).toStrictEqual(['c', 'd'])
  })

  it('is not written in tests by default', () => {
    const { lines } = recorded()
    const destination = { write: (line: string) => lines.push(line) }
    createLogger({ mode: 'test', destination }).error({}, 'a')
    expect(lines).toHaveLength(0)
    createLogger({ mode: 'test', level: 'info', destination }).error({}, 'a')
    expect(lines).toHaveLength(1)
  })

  it('has message, code, stack and causes of an error, and no other properties', () => {
    const { log, lines } = recorded()
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'canary' })
    log.error(
      { err: Object.assign(new Error('insert failed', { cause }), { params: ['canary'] }) },
      'failed',
    )
    expect(read(lines[0])['err']).toStrictEqual({
      name: 'Error',
      message: 'insert failed',
      stack: expect.stringContaining('insert failed'),
      cause: {
        name: 'Error',
        message: 'duplicate key',
        code: '23505',
        stack: expect.stringContaining('duplicate key'),
      },
    })
    expect(lines[0]).not.toContain('canary')
  })

  it('can hold an error that is its own cause', () => {
    const { log, lines } = recorded()
    const error: Error = new Error('round')
    error.cause = error
    log.error({ err: error }, 'failed')
    expect(read(lines[0])['msg']).toBe('failed')
  })
})

describe('a secret is redacted', () => {
  const leaks: [where: string, facts: object, message: string][] = [
    ['in the message', {}, `refused ${jwt}`],
    ['in a fact', { url: `/x?token=${jwt}` }, 'm'],
    ['deep in a fact', { request: { headers: { authorization: `Bearer ${jwt}` } } }, 'm'],
    ['in a cookie', { headers: { cookie: 'session=c2lnbmF0dXJl' } }, 'm'],
    ['in an error', { err: new Error(`postgres://ann:c2lnbmF0dXJl@db/app`) }, 'm'],
    ['in a stack', { err: Object.assign(new Error('x'), { stack: `x\n at ${jwt}` }) }, 'm'],
    ['in a cause', { err: new Error('x', { cause: new Error(`password=c2lnbmF0dXJl`) }) }, 'm'],
    ['under a name', { password: 'c2lnbmF0dXJl', newPassword: 'c2lnbmF0dXJl' }, 'm'],
    ['as a thrown string', { reason: `Bearer ${jwt}` }, 'm'],
  ]
  it.each(leaks)('%s', (_where, facts, message) => {
    for (const format of ['json', 'human'] as const) {
      const { log, lines } = recorded({ format })
      log.error(facts, message)
      expect(lines.join('')).not.toContain('c2lnbmF0dXJl')
      expect(lines.join('')).toContain('[redacted]')
    }
  })

  it('in a child logger', () => {
    const { log, lines } = recorded()
    log.child({ authorization: `Bearer ${jwt}` }).info({}, 'm')
    expect(lines[0]).not.toContain('c2lnbmF0dXJl')
    expect(read(lines[0])['authorization']).toContain('[redacted]')
  })
})

describe('an event is one line', () => {
  const attack = 'a\r\n{"level":"error"}\n\u001b[31m\u009b2J\u2028\u0000\u007f'
  it('in JSON, with all control characters escaped', () => {
    const { log, lines } = recorded()
    log.info({ path: attack, [attack]: 1 }, attack)
    expect(lines).toHaveLength(1)
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    expect(lines[0]!.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
    expect(read(lines[0])).toMatchObject({ path: attack, msg: attack })
  })

  it('in human format too', () => {
    const { log, lines } = recorded({ format: 'human' })
    log.info({ path: attack }, attack)
    expect(lines).toHaveLength(1)
    expect(lines[0]!.slice(0, -1)).not.toMatch(/[\r\n\u009b\u2028]/)
    expect(lines[0]).not.toContain('\u001b[31m')
  })

  it.each([
    ['a megabyte of text', { value: 'x'.repeat(1_000_000) }],
    ['a megabyte of emoji', { value: '😀'.repeat(250_000) }],
    [
      'thousands of facts',
      Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [n, 'x'.repeat(50)])),
    ],
    ['a long list', { list: Array.from({ length: 10_000 }, () => 'entry') }],
    ['a long stack', { err: Object.assign(new Error('x'), { stack: 'y'.repeat(100_000) }) }],
  ])('of 8 KiB at most, and still JSON: %s', (_what, facts) => {
    const { log, lines } = recorded()
    log.child({ requestId: 'r1' }).info(facts, 'long')
    expect(Buffer.byteLength(lines[0]!)).toBeLessThanOrEqual(8192)
    expect(lines[0]).toMatch(/^[^\n]*\n$/)
    expect(read(lines[0])).toMatchObject({ msg: 'long', requestId: 'r1', level: 'info' })
  })
})

describe('a line in human format', () => {
  // oxlint-disable-next-line no-control-regex -- colors
  const bare = (text: string | undefined) => (text ?? '').replaceAll(/\u001b\[\d+m/g, '')

  it('of a request is short', () => {
    const { log, lines } = recorded({ format: 'human' })
    log.info(
      { requestId: 'r1', method: 'GET', route: '/api/tasks', status: 200, ms: 3.1 },
      'request',
    )
    expect(bare(lines[0])).toMatch(/^\d\d:\d\d:\d\d info {2}GET \/api\/tasks 200 3.1 ms\n$/)
  })

  it('shows the other facts after the message', () => {
    const { log, lines } = recorded({ format: 'human' })
    log.warn({ disk: 0.9, path: '/tmp' }, 'the disk is nearly full')
    expect(bare(lines[0])).toMatch(/ warn {2}the disk is nearly full disk=0.9 path=\/tmp\n$/)
  })

  it('shows the stack of an error and its cause below it, indented', () => {
    const { log, lines } = recorded({ format: 'human' })
    log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed')
    const rows = bare(lines[0]).trimEnd().split('\n')
    expect(rows[1]).toBe('    Error: outer')
    expect(rows).toContain('    caused by:')
    expect(rows).toContain('    Error: inner')
    expect(rows.slice(1).every((row) => row.startsWith('    '))).toBe(true)
  })
})
