import { expect, it } from 'vitest'
import { TrustedProxies } from './trusted-proxies.ts'

const proxies = new TrustedProxies(['10.0.0.0/8', '192.168.1.7', 'fd00::/8', '2001:db8::5'])

it.each([
  ['10.1.2.3', true],
  ['11.0.0.1', false],
  ['192.168.1.7', true],
  ['192.168.1.8', false],
  ['fd12::1', true],
  ['2001:db8::5', true],
  ['2001:db8::6', false],
  ['::ffff:10.1.2.3', true],
  ['garbage', false],
  ['', false],
])('%s is trusted: %s', (address, expected) => {
  expect(proxies.trusts(address)).toBe(expected)
})

it.each<[string | undefined, string | undefined, string | undefined]>([
  // without a proxy, the header counts for nothing
  ['203.0.113.9', '1.1.1.1', '203.0.113.9'],
  [undefined, '1.1.1.1', undefined],
  ['10.0.0.1', undefined, '10.0.0.1'],
  ['10.0.0.1', '203.0.113.9', '203.0.113.9'],
  // what stands before the client's own address, the client made up
  ['10.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
  ['10.0.0.1', '1.1.1.1, 203.0.113.9, 10.2.0.1', '203.0.113.9'],
  ['10.0.0.1', '10.9.9.9, 203.0.113.9', '203.0.113.9'],
  ['10.0.0.1', '10.3.0.1, 10.2.0.1', '10.3.0.1'],
  // ports and brackets
  ['10.0.0.1', '203.0.113.9:1234', '203.0.113.9'],
  ['10.0.0.1', '[2001:db8::1]:80', '2001:db8::1'],
  ['10.0.0.1', '2001:db8::1', '2001:db8::1'],
  ['10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
  // garbage ends the chain at the last address that is known
  ['10.0.0.1', 'unknown', '10.0.0.1'],
  ['10.0.0.1', '203.0.113.9, garbage, 10.2.0.1', '10.2.0.1'],
  ['10.0.0.1', '"203.0.113.9"', '10.0.0.1'],
  ['10.0.0.1', ', ,', '10.0.0.1'],
])('a connection from %s with X-Forwarded-For "%s" has the client %s', (peer, header, client) => {
  expect(proxies.read(peer, { 'x-forwarded-for': header }).address).toBe(client)
})

it('protocol and host are those of the last proxy, and only of a trusted one', () => {
  const headers = { 'x-forwarded-proto': 'http, HTTPS', 'x-forwarded-host': 'a.example, b.example' }
  const trusted = proxies.read('10.0.0.1', headers)
  expect(trusted).toMatchObject({ protocol: 'https', host: 'b.example' })
  const other = proxies.read('203.0.113.9', headers)
  expect(other).toMatchObject({ protocol: undefined, host: undefined })
  const odd = proxies.read('10.0.0.1', { 'x-forwarded-proto': 'javascript' })
  expect(odd.protocol).toBeUndefined()
})

it.each([
  [[]],
  ['10.0.0.0/8'],
  [['10.0.0.0/33']],
  [['10.0.0.0/']],
  [['10.0.0.0/8/8']],
  [['proxy.local']],
  [['']],
  [['0.0.0.0/0']],
  [[undefined]],
])('trustProxy: %j fails the start', (wrong) => {
  expect(() => new TrustedProxies(wrong as string[])).toThrow(/^serve\(\): trustProxy: /)
})
