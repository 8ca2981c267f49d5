// The WebSockets of the document, which OpenAPI and its viewers do not know: below the operations, with a form that connects.
const page = document.querySelector('#docs')
const openapi = await (await fetch(page.dataset.document)).json()

/** An element with attributes and children. Texts are never parsed as HTML. */
const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children.filter((child) => child !== undefined))
  return made
}

const resolved = ($ref) =>
  $ref
    .split('/')
    .slice(1)
    .reduce((at, key) => at?.[key], openapi)
const braced = (lines) =>
  lines.length === 0 ? '{}' : `{\n${lines.join('\n').replaceAll(/^/gm, '  ')}\n}`
const quoted = (key) => (/^\w+$/.test(key) ? key : JSON.stringify(key))
const grouped = (text) => (text.includes(' | ') ? `(${text})` : text)

/** Writes a JSON Schema like a TypeScript type. A schema that contains itself is written by its name. */
const typeText = (schema, above = []) => {
  if (schema === undefined || schema === true) return 'any'
  const { $ref, type, format, properties = {}, required = [], items } = schema
  if ($ref !== undefined)
    return above.includes($ref)
      ? $ref.split('/').at(-1)
      : typeText(resolved($ref), [...above, $ref])
  const of = (inner) => typeText(inner, above)
  const some = schema.oneOf ?? schema.anyOf
  if (some !== undefined) return some.map(of).join(' | ')
  if (schema.allOf !== undefined) return schema.allOf.map((one) => grouped(of(one))).join(' & ')
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  if (Array.isArray(type)) return type.map((one) => of({ ...schema, type: one })).join(' | ')
  if (type === 'array') return `${grouped(of(items))}[]`
  if (type !== 'object') return `${type ?? 'any'}${format === undefined ? '' : ` (${format})`}`
  const { additionalProperties: others } = schema
  return braced([
    ...Object.entries(properties).map(
      ([key, inner]) => `${quoted(key)}${required.includes(key) ? '' : '?'}: ${of(inner)}`,
    ),
    ...(typeof others === 'object' ? [`[name: string]: ${of(others)}`] : []),
  ])
}

const table = (head, rows) =>
  element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head.map((text) => element('th', {}, text)))),
    element(
      'tbody',
      {},
      ...rows.map((row) => element('tr', {}, ...row.map((text) => element('td', {}, text)))),
    ),
  )

const messages = (title, schema) => [
  element('h4', {}, title),
  schema ? element('pre', {}, typeText(schema)) : element('p', {}, 'No messages.'),
]

/** The bearer token that Swagger UI was given, if it has one. */
const authorized = () =>
  Object.values(globalThis.ui?.authSelectors.authorized().toJS() ?? {}).find(
    ({ schema, value }) => schema?.scheme?.toLowerCase() === 'bearer' && typeof value === 'string',
  )?.value

/** The address of a socket with these values of its parameters. */
const addressOf = (path, fields) => {
  const base = new URL(openapi.servers?.[0]?.url ?? '/', location.href)
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name) =>
    encodeURIComponent(fields.get(`path ${name}`)?.value ?? ''),
  )
  const url = new URL(base.pathname.replace(/\/$/, '') + filled, base)
  for (const [key, { value }] of fields)
    if (key.startsWith('query ') && value !== '') url.searchParams.append(key.slice(6), value)
  url.protocol = url.protocol.replace('http', 'ws')
  return url
}

/** A form that connects, sends and shows what arrives. */
const tryItOut = (path, { parameters = [], receive, security }) => {
  const fields = new Map(
    parameters
      .filter((one) => one.in === 'path' || one.in === 'query')
      .map((one) => [`${one.in} ${one.name}`, element('input', { name: one.name })]),
  )
  const token =
    security.length > 0 ? element('input', { name: 'token', type: 'password' }) : undefined
  const connect = element('button', { type: 'submit' }, 'Connect')
  const message = element('textarea', { name: 'message', rows: '3', 'aria-label': 'Message' }, '{}')
  const send = element('button', { type: 'button', disabled: '' }, 'Send')
  const log = element('ol', { class: 'socket-log' })
  const note = (mark, text) => {
    log.append(element('li', {}, element('b', {}, mark), ' ', element('code', {}, text)))
    if (log.children.length > 200) log.firstChild.remove()
  }
  let socket
  const form = element(
    'form',
    { class: 'socket-form' },
    ...[...fields].map(([, input]) => element('label', {}, input.name, input)),
    token && element('label', {}, 'token (empty: the one of Authorize, or a cookie)', token),
    connect,
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (socket !== undefined) return socket.close(1000)
    const value = token?.value || authorized()
    const protocols = value ? [`bearer.${encodeURIComponent(value)}`] : []
    socket = new WebSocket(addressOf(path, fields), ['plinth', ...protocols])
    connect.textContent = 'Close'
    socket.addEventListener('open', () => {
      note('open', socket.url)
      send.disabled = false
    })
    socket.addEventListener('message', ({ data }) => note('received', String(data)))
    socket.addEventListener('close', ({ code, reason }) => {
      note('closed', `${code} ${code === 1006 ? 'refused, or the connection was lost' : reason}`)
      socket = undefined
      send.disabled = true
      connect.textContent = 'Connect'
    })
  })
  send.addEventListener('click', () => {
    socket?.send(message.value)
    note('sent', message.value)
  })
  return element(
    'div',
    {},
    element('h4', {}, 'Try it out'),
    form,
    receive && element('div', { class: 'socket-form' }, message, send),
    log,
  )
}

const shown = (path, socket) =>
  element(
    'details',
    { class: 'socket', id: `socket-${socket.operationId}` },
    element(
      'summary',
      {},
      element('b', {}, 'WS'),
      ' ',
      element('code', {}, path),
      ' ',
      socket.summary,
      socket.deprecated ? ' (deprecated)' : undefined,
    ),
    socket.description === undefined ? undefined : element('p', {}, socket.description),
    ...(socket.parameters?.length > 0
      ? [
          element('h4', {}, 'Parameters'),
          table(
            ['name', 'in', 'type', ''],
            socket.parameters.map(({ name, in: place, schema, description, required }) => [
              required ? `${name} *` : name,
              place,
              typeText(schema),
              description ?? '',
            ]),
          ),
        ]
      : []),
    ...messages('You send', socket.receive),
    ...messages('You receive', socket.send),
    element('h4', {}, 'Refused with'),
    element('p', {}, Object.keys(socket.responses).join(', ')),
    element('h4', {}, 'Close codes'),
    table(['code', 'meaning'], Object.entries(socket.closeCodes)),
    tryItOut(path, socket),
  )

page.after(
  element(
    'section',
    { class: 'sockets', id: 'websockets' },
    element('h2', {}, 'WebSockets'),
    ...Object.entries(openapi['x-websockets'] ?? {}).map(([path, socket]) => shown(path, socket)),
  ),
)
