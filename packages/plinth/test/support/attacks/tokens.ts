// Tokens that every verifier must refuse: valid except for one defect, which `what` names.
import { createHash } from 'node:crypto'
import { compact, hmac, signWith, testKey } from '../auth/tokens.ts'
import type { Part, Sign, TestKey } from '../auth/tokens.ts'

/** The configuration of the attacked verifier. */
export interface Target {
  /** BETTER_AUTH_SECRET, and whether HS256 tokens are accepted. */
  readonly secret: string
  readonly takesSecret: boolean
  /** The published keys, and whether their tokens are accepted. */
  readonly keys: readonly TestKey[]
  readonly takesKeys: boolean
  /** A published RSA key without `alg`. */
  readonly bare: TestKey
  readonly issuer: string
  readonly audience: string
  /** True if HS256 tokens of another issuer or audience are refused, too. */
  readonly secretParties: boolean
  /** The attacker's server, which must not be called. */
  readonly attackerUrl: string
  /** The live session that a JWT must name, if it must name one. */
  readonly sid?: string | undefined
}

/** A token that must be refused. */
export interface Attack {
  /** The number of its attack in the list. */
  readonly id: string
  readonly what: string
  readonly token: string
}

/** A way to sign a valid token. */
export interface Base {
  readonly name: string
  readonly header: { readonly alg: string; readonly kid?: string; readonly typ?: string }
  readonly sign: Sign
  readonly byKey: boolean
}

type Rows = readonly (readonly [what: string, part: Part])[]

const secondsNow = (): number => Math.floor(Date.now() / 1000)

/** Valid claims. */
export const goodClaims = (
  target: Pick<Target, 'issuer' | 'audience' | 'sid'>,
): Record<string, unknown> => ({
  sub: 'ann',
  ...(target.sid !== undefined && { sid: target.sid }),
  iss: target.issuer,
  aud: target.audience,
  iat: secondsNow(),
  exp: secondsNow() + 900,
})

const hsBase = (secret: string): Base => ({
  name: 'HS256',
  header: { alg: 'HS256', typ: 'JWT' },
  sign: hmac(secret),
  byKey: false,
})

const keyBase = ({ alg, kid, sign }: TestKey): Base => ({
  name: alg,
  header: { alg, kid },
  sign,
  byKey: true,
})

/** The ways of signing that the target accepts. */
export const bases = (target: Target): Base[] => [
  ...(target.takesSecret ? [hsBase(target.secret)] : []),
  ...(target.takesKeys ? target.keys.map(keyBase) : []),
]

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** Invalid headers, each correctly signed. */
function headers({ header }: Base): Record<string, Rows> {
  const plain = JSON.stringify(header)
  const withMember = (member: string): string => `${plain.slice(0, -1)},${member}}`
  const alg = (value: unknown): Part => ({ ...header, alg: value })
  const kid = (value: unknown): Part => ({ ...header, kid: value })
  return {
    J11: [
      ['alg absent', { ...header, alg: undefined }],
      ...[null, '', 7, ['HS256'], { name: 'HS256' }].map(
        (value) => [`alg ${JSON.stringify(value)}`, alg(value)] as const,
      ),
      ...[
        'hs256',
        'eddsa',
        'HS384',
        'HS512',
        'ES256K',
        'RS512',
        'A256KW',
        '__proto__',
        'HS256 ',
      ].map((value) => [`alg ${value}`, alg(value)] as const),
    ],
    J16: [7, null, ['k'], { k: 1 }, true, 'k'.repeat(10_240)].map(
      (value) => [`kid ${JSON.stringify(value).slice(0, 12)}`, kid(value)] as const,
    ),
    J17: [
      ...[['exp'], ['b64'], [], ['unknown'], ['exp', 'exp'], 'exp', 7, null].map(
        (crit) => [`crit ${JSON.stringify(crit)}`, { ...header, crit, b64: false }] as const,
      ),
      ['crit of what is there', { ...header, crit: ['kid'] }],
      ['b64 false', { ...header, b64: false }],
      ['b64 true', { ...header, b64: true }],
    ],
    J19: [
      'dpop+jwt',
      'better-auth.session-cache+jwt',
      'logout+jwt',
      'secevent+jwt',
      'JOSE',
      '',
      7,
      null,
    ].map((typ) => [`typ ${JSON.stringify(typ)}`, { ...header, typ }] as const),
    J27: [
      ['alg twice', withMember('"alg":"none"')],
      ['alg twice, the other way', `{"alg":"none",${plain.slice(1)}`],
      ['alg twice, escaped', withMember(String.raw`"al\u0067":"${header.alg}"`)],
      ['a byte order mark', `\ufeff${plain}`],
      ['a list', `[${plain}]`],
      ['a text', '"x"'],
      ['null', 'null'],
      ['nothing', ''],
      ['nested 1,000 deep', withMember(`"x":${nested(1_000)}`)],
      ['__proto__', withMember('"__proto__":{}')],
    ],
  }
}

const without = (claims: object, name: string): object =>
  Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name))

function times(claims: Record<string, unknown>): Record<string, Rows> {
  const now = secondsNow()
  const raw = (name: string, value: string): string =>
    `${JSON.stringify(without(claims, name)).slice(0, -1)},"${name}":${value}}`
  return {
    J20: [
      ['exp missing', without(claims, 'exp')],
      ...[
        ['just past the leeway', now - 6],
        ['an hour ago', now - 3600],
        ['now, as text', String(now + 900)],
        ['a fraction', now + 900.5],
        ['negative', -1],
        ['zero', 0],
        ['null', null],
        ['a list', [now + 900]],
        ['true', true],
        ['the year 9999', 253_370_764_800],
        ['in milliseconds', Date.now() + 900_000],
      ].map(([what, exp]) => [`exp ${String(what)}`, { ...claims, exp }] as const),
      ['exp 1e309', raw('exp', '1e309')],
      ['exp -1e309', raw('exp', '-1e309')],
    ],
    J21: [
      ['nbf in the future', { ...claims, nbf: now + 120 }],
      ['nbf as text', { ...claims, nbf: String(now) }],
      ['nbf null', { ...claims, nbf: null }],
      ['nbf 1e309', raw('nbf', '1e309')],
      ['iat in the future', { ...claims, iat: now + 120 }],
      ['iat as text', { ...claims, iat: String(now) }],
      ['iat 1e309', raw('iat', '1e309')],
    ],
  }
}

function parties(
  claims: Record<string, unknown>,
  target: Target,
  base: Base,
): Record<string, Rows> {
  const { issuer, audience } = target
  const wrong: Rows = [
    ['iss wrong', { ...claims, iss: 'https://attacker.example' }],
    ['iss with a slash', { ...claims, iss: `${issuer}/` }],
    ['iss in capitals', { ...claims, iss: issuer.toUpperCase() }],
    ['iss a list', { ...claims, iss: [issuer] }],
    ['iss empty', { ...claims, iss: '' }],
    ['aud wrong', { ...claims, aud: 'https://other.example' }],
    ['aud a list without ours', { ...claims, aud: ['https://other.example'] }],
    ['aud a prefix of ours', { ...claims, aud: audience.slice(0, -1) }],
    ['aud longer than ours', { ...claims, aud: `${audience}.attacker.example` }],
    ['aud of the session cache', { ...claims, aud: 'better-auth:session-cache' }],
    ['aud empty', { ...claims, aud: '' }],
    ['aud a list of a list', { ...claims, aud: [[audience]] }],
  ]
  const strict: Rows = [
    ['iss missing', without(claims, 'iss')],
    ['aud missing', without(claims, 'aud')],
  ]
  return {
    J22: [
      ...(base.byKey || target.secretParties ? wrong : []),
      ...(base.byKey ? strict : []),
      ['aud an empty list', { ...claims, aud: [] }],
      ['aud a number', { ...claims, aud: 7 }],
      ['aud a list with a number', { ...claims, aud: [audience, 7] }],
    ],
  }
}

/** Invalid payloads, each correctly signed. */
function payloads(target: Target, base: Base): Record<string, Rows> {
  const claims = goodClaims(target)
  const json = JSON.stringify(claims)
  const withMember = (member: string): string => `${json.slice(0, -1)},${member}}`
  return {
    ...times(claims),
    ...parties(claims, target, base),
    J19: [
      ['an e-mail link', { email: 'ann@example.com', userId: 'ann', exp: claims['exp'] }],
      ['a change-e-mail link', { ...claims, updateTo: 'x@example.com', requestType: 'change' }],
      ['a cookie cache', { session: {}, user: { id: 'ann' }, updatedAt: 1, exp: claims['exp'] }],
      ['an ID token', { ...claims, nonce: 'n', at_hash: 'h' }],
      ['a logout token', { ...claims, events: {} }],
      ['a token bound to a key', { ...claims, cnf: { jkt: 'x' } }],
    ],
    J23: [
      ['sub missing', without(claims, 'sub')],
      ...[
        '',
        ' ',
        7,
        { id: 'ann' },
        ['ann'],
        null,
        'a\0b',
        'a\nb',
        'x'.repeat(10_240),
        '\ud800',
      ].map((sub) => [`sub ${JSON.stringify(sub).slice(0, 12)}`, { ...claims, sub }] as const),
    ],
    J26: [
      ['no JSON', 'sub=ann'],
      ['nothing', ''],
      ['a list', `[${json}]`],
      ['a text', '"ann"'],
      ['null', 'null'],
      ['sub twice', withMember('"sub":"bob"')],
      ['__proto__', withMember('"__proto__":{"sub":"bob"}')],
      ['nested 1,000 deep', withMember(`"x":${nested(1_000)}`)],
      [
        'no UTF-8',
        Buffer.concat([Buffer.from(json.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]),
      ],
      ['a byte order mark', `\ufeff${json}`],
      ['text after it', `${json}x`],
    ],
  }
}

/** Changes to the text of a valid token. */
function texts(token: string): Record<string, readonly (readonly [string, string])[]> {
  const [header, payload, signature] = token.split('.') as [string, string, string]
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(signature.at(-1)!)
  const none = ['none', 'None', 'NONE', 'nOnE'].flatMap((alg) => {
    const part = Buffer.from(JSON.stringify({ alg })).toString('base64url')
    return [
      [`${alg}, signature empty`, `${part}.${payload}.`],
      [`${alg}, signature kept`, `${part}.${payload}.${signature}`],
      [`${alg}, no third part`, `${part}.${payload}`],
    ] as const
  })
  const jwe = (member: object): string =>
    `${Buffer.from(JSON.stringify(member)).toString('base64url')}.AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA`
  return {
    J10: none,
    J18: [
      ['dir', jwe({ alg: 'dir', enc: 'A256GCM' })],
      ['A256KW', jwe({ alg: 'A256KW', enc: 'A256GCM' })],
      [
        'PBES2 with 10⁹ rounds',
        jwe({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9, p2s: 'AAAA' }),
      ],
      ['a zip bomb', jwe({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })],
    ],
    J24: [
      ['signature empty', `${header}.${payload}.`],
      ['signature cut', token.slice(0, -4)],
      ['signature longer', `${token}AA`],
      ['unused last bits set', token.slice(0, -1) + alphabet[last ^ 1]!],
      ['padded', `${token}=`],
      ['padded payload', `${header}.${payload}=.${signature}`],
      ['the other alphabet', `${header}.${payload}+.${signature}`],
      ['a blank inside', `${header}.${payload.slice(0, 9)} ${payload.slice(9)}.${signature}`],
      ['a line end inside', `${header}.${payload.slice(0, 9)}\n${payload.slice(9)}.${signature}`],
      [
        'a blank in the signature',
        `${header}.${payload}.${signature.slice(0, 4)} ${signature.slice(4)}`,
      ],
      ['two parts', `${header}.${payload}`],
      ['four parts', `${token}.${signature}`],
      ['a dot in front', `.${token}`],
      ['a dot behind', `${token}.`],
      ['flattened JSON', JSON.stringify({ protected: header, payload, signature })],
      ['a session token', 'OGLqOi0JbZ9vu0ZnlrDdLeeZOXwwg5Py'],
      [
        'a signed session token',
        'OGLqOi0JbZ9vu0ZnlrDdLeeZOXwwg5Py.O+ol3PwHtlsr5rb5z3zOGj0KGyYiLtNwk99dHHDwFSQ=',
      ],
      ['two tokens', `${token} ${token}`],
      ['1 MB', `${header}.${payload}.${signature}${'A'.repeat(1_048_576)}`],
    ],
  }
}

function flatten(name: string, rows: Record<string, Rows>, make: (part: Part) => string): Attack[] {
  return Object.entries(rows).flatMap(([id, each]) =>
    each.map(([what, part]) => ({ id, what: `${name}: ${what}`, token: make(part) })),
  )
}

function onBase(target: Target, base: Base): Attack[] {
  const claims = goodClaims(target)
  const token = compact(base.header, claims, base.sign)
  return [
    ...flatten(base.name, headers(base), (header) => compact(header, claims, base.sign)),
    ...flatten(base.name, payloads(target, base), (payload) =>
      compact(base.header, payload, base.sign),
    ),
    ...flatten(base.name, texts(token), (text) => text as string),
  ]
}

/** J12: the public key as the key of an HMAC. */
function confusions(target: Target): Attack[] {
  const claims = goodClaims(target)
  return [...target.keys, target.bare].flatMap(({ publicKey, jwk, kid, alg }) => {
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const forms: readonly (readonly [string, string | Buffer])[] = [
      ['PEM', pem],
      ['PEM without its last line end', pem.trimEnd()],
      ['DER', publicKey.export({ format: 'der', type: 'spki' })],
      ['JWK text', JSON.stringify(jwk)],
      ['its raw number', Buffer.from(jwk.n ?? jwk.x ?? '', 'base64url')],
      ['its number as text', jwk.n ?? jwk.x ?? ''],
    ]
    return forms.flatMap(([what, key]) =>
      [{ alg: 'HS256', kid }, { alg: 'HS256' }].map((header) => ({
        id: 'J12',
        what: `${alg} key as ${what}, ${header.kid === undefined ? 'no kid' : 'its kid'}`,
        token: compact(header, claims, hmac(key)),
      })),
    )
  })
}

/** J13: the key of one scheme used for another, and disabled schemes. */
function crossings(target: Target): Attack[] {
  const claims = goodClaims(target)
  const attack = (what: string, header: object, sign: Sign): Attack => ({
    id: 'J13',
    what,
    token: compact(header, claims, sign),
  })
  const { secret } = target
  return [
    ...(target.takesSecret ? [] : [attack('HS256 is off', { alg: 'HS256' }, hmac(secret))]),
    ...target.keys.flatMap((key) => [
      ...(target.takesKeys
        ? []
        : [attack(`${key.alg} is off`, { alg: key.alg, kid: key.kid }, key.sign)]),
      attack(`${key.alg} signed by the secret`, { alg: key.alg, kid: key.kid }, hmac(secret)),
      attack(`HS256 signed by the ${key.alg} key`, { alg: 'HS256', kid: key.kid }, key.sign),
    ]),
    attack('HS384 by the secret', { alg: 'HS384' }, hmac(secret, 'sha384')),
    attack('HS512 by the secret', { alg: 'HS512' }, hmac(secret, 'sha512')),
    attack(
      'the hash of the secret',
      { alg: 'HS256' },
      hmac(createHash('sha256').update(secret).digest()),
    ),
    attack('the secret decoded', { alg: 'HS256' }, hmac(Buffer.from(secret, 'base64'))),
    ...['', 'secret', 'changethis', 'better-auth-secret-12345678901234567890'].map((guess) =>
      attack(`guessed: ${guess}`, { alg: 'HS256' }, hmac(guess)),
    ),
  ]
}

/**
 * J11, J14: another algorithm of the same key; J15, J16: a key that the attacker sends or names.
 */
function keyTricks(target: Target, attacker: TestKey): Attack[] {
  const claims = goodClaims(target)
  const [first] = target.keys
  const rsa = target.keys.find(({ alg }) => alg === 'RS256')!
  const ec = target.keys.find(({ alg }) => alg === 'ES256')!
  const attack = (id: string, [what, header, sign]: readonly [string, object, Sign]): Attack => ({
    id,
    what,
    token: compact(header, claims, sign),
  })
  const own: Readonly<Record<string, unknown>> = {
    jwk: attacker.jwk,
    jku: `${target.attackerUrl}/jwks`,
    x5u: `${target.attackerUrl}/cert`,
    x5c: ['MIIB'],
  }
  const names = [
    attacker.kid,
    '../../dev/null',
    '/dev/null',
    "' UNION SELECT 'x",
    '|sleep 10',
    '\0',
    '__proto__',
    'constructor',
    '',
    'k'.repeat(1000),
  ]
  return [
    attack('J11', [
      'PS256 by an RS256 key',
      { alg: 'PS256', kid: rsa.kid },
      signWith['PS256']!(rsa.privateKey),
    ]),
    attack('J14', [
      'RS512 by a key without alg',
      { alg: 'RS512', kid: target.bare.kid },
      signWith['RS512']!(target.bare.privateKey),
    ]),
    attack('J25', [
      'ES256 in DER',
      { alg: 'ES256', kid: ec.kid },
      signWith['ES256 in DER']!(ec.privateKey),
    ]),
    attack('J25', ['ES256 of zeros', { alg: 'ES256', kid: ec.kid }, () => Buffer.alloc(64)]),
    ...Object.entries(own).flatMap(([name, value]) =>
      [first!.kid, attacker.kid, undefined].map((kid) =>
        attack('J15', [`${name}, kid ${kid}`, { alg: 'EdDSA', kid, [name]: value }, attacker.sign]),
      ),
    ),
    ...names.flatMap((kid) => [
      attack('J16', [
        `kid ${JSON.stringify(kid).slice(0, 20)}`,
        { alg: 'EdDSA', kid },
        attacker.sign,
      ]),
      attack('J16', [
        `kid ${JSON.stringify(kid).slice(0, 20)}, empty key`,
        { alg: 'HS256', kid },
        hmac(''),
      ]),
    ]),
    attack('J16', ['no kid among several keys', { alg: first!.alg }, first!.sign]),
    attack('J16', ["another key's kid", { alg: first!.alg, kid: ec.kid }, first!.sign]),
  ]
}

/** J31: an invalid session, where the token must name a live one. */
function sessionsGone(target: Target): Attack[] {
  const { sid } = target
  if (sid === undefined) return []
  const claims = goodClaims(target)
  const odd = ['unknown', '%', "' or ''='", '\ud800', '__proto__', 's'.repeat(10_240)]
  const rows: Rows = [
    ['sid missing', without(claims, 'sid')],
    ...[
      null,
      7,
      true,
      '',
      ' ',
      [sid],
      { id: sid },
      `${sid} `,
      `${sid}\0`,
      sid.slice(0, -1),
      ...odd,
    ].map(
      (value) => [`sid ${JSON.stringify(value).slice(0, 20)}`, { ...claims, sid: value }] as const,
    ),
  ]
  return bases(target).flatMap((base) =>
    flatten(base.name, { J31: rows }, (part) => compact(base.header, part, base.sign)),
  )
}

/** Every token of the list that this target must refuse. */
export function attackTokens(target: Target): Attack[] {
  return [
    ...bases(target).flatMap((base) => onBase(target, base)),
    ...confusions(target),
    ...crossings(target),
    ...keyTricks(target, testKey('EdDSA', 'attacker')),
    ...sessionsGone(target),
  ]
}
