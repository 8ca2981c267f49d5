import type { Exchange } from '../http/exchange.ts'
import type { Instances } from '../dependencies/instances.ts'
import type { ParameterStep } from '../dependencies/plan.ts'
import type { InputSource } from '../errors/http-error.ts'
import type { Compiled } from '../schemas/compiled.ts'
import type { BodyDecoder } from './body-decoder.ts'
import type { CompiledRoute, ParameterReader } from './compiled-route.ts'
import { parseCookies, type Cookies } from '../http/cookie.ts'
import { ValidationProblems } from '../http/validation-problems.ts'
import { readFormFields } from '../http/form-fields.ts'
import { headerItems } from '../http/header-items.ts'
import { parseForm, type FormValues } from '../http/parse-form.ts'
import type { Upload, UploadOptions } from '../http/upload/upload.ts'
import { parseJson } from '../http/json/parse-json.ts'
import { decodePathValue, parseQuery, type RawValues } from '../http/read-url.ts'
import { unsupportedMediaType } from './refuse.ts'

/** @param known - the names that the route takes */
function unknownParameter(known: ReadonlySet<string>): string {
  if (known.size === 0) return 'Unknown query parameter. This route takes none'
  return `Unknown query parameter. Expected ${known.size === 1 ? '' : 'one of: '}${[...known].join(', ')}`
}

/** The inputs of a request before they are read: path values not decoded, query string not parsed. */
export interface RawInputs {
  readonly pathValues: Readonly<Record<string, string>>
  readonly search: string
}

/** The validated inputs of a route. */
export interface RouteInputs {
  params: unknown
  query: unknown
  body: unknown
}

/** Reads and validates the inputs of a request, each once, and collects the validation problems. */
export class InputReader {
  readonly #problems = new ValidationProblems()
  readonly #route: CompiledRoute
  readonly #exchange: Exchange
  readonly #values: unknown[]
  readonly #raw: RawInputs
  readonly #instances: Instances
  #form: Promise<FormValues | undefined> | undefined
  #bytes: Promise<Uint8Array<ArrayBuffer>> | undefined
  #isBodyTaken = false
  #query: RawValues | undefined
  #cookies: Cookies | undefined

  constructor(route: CompiledRoute, instances: Instances, raw: RawInputs) {
    this.#route = route
    this.#instances = instances
    this.#exchange = instances.exchange
    this.#values = instances.values
    this.#raw = raw
  }

  /** Reads the body ahead of the other inputs, for a guard that opens a transaction. */
  bodyNow(): Promise<unknown> | undefined {
    if (this.#isBodyTaken) return undefined
    const { limits, body } = this.#route
    if (body?.upload !== undefined) return (this.#form ??= this.#received(body.upload))
    return (this.#bytes ??= this.#exchange.readBody(limits.body, (bytes) => bytes))
  }

  /** Reads one parameter of a guard, which runs before the other inputs are read. Throws a 422 if it is invalid. */
  readonly parameterNow = (step: ParameterStep): unknown => {
    const value = this.#parameter(this.#route.parameters.get(step.slot) as ParameterReader)
    this.#problems.throwIfAny()
    return value
  }

  /**
   * Reads path, query, headers, cookies and body, and validates them together.
   *
   * @throws {HttpError} `PLINTH_VALIDATION_FAILED`, 422, with all problems
   * @throws {HttpError} `PLINTH_MALFORMED_BODY` and `PLINTH_MALFORMED_URL`, 400; `PLINTH_CONTENT_TOO_LARGE`, 413
   */
  read(): RouteInputs | Promise<RouteInputs> {
    const { body, plan } = this.#route
    const input: RouteInputs = { params: this.#params(), query: this.#ownQuery(), body: undefined }
    for (const step of plan.parameters)
      this.#values[step.slot] = this.#parameter(
        this.#route.parameters.get(step.slot) as ParameterReader,
      )
    return body === undefined ? this.#done(input) : this.#withBody(input, body)
  }

  #done(input: RouteInputs): RouteInputs {
    this.#problems.throwIfAny()
    return input
  }

  #withBody(input: RouteInputs, body: BodyDecoder): Promise<RouteInputs> {
    const { incoming } = this.#exchange
    const { headers } = incoming
    this.#isBodyTaken = true
    if (body.upload !== undefined) return this.#uploaded(input, body, body.upload)
    const decode = (bytes: Uint8Array<ArrayBuffer>): RouteInputs | Promise<RouteInputs> =>
      this.#decoded(input, body, bytes)
    if (this.#bytes !== undefined) return this.#bytes.then(decode)
    // `body` creates a stream, so a declared length is checked first.
    if (!headers.has('content-length') && incoming.whole().body === null)
      return Promise.resolve(this.#sent(input, body, undefined))
    return this.#exchange.readBody(this.#route.limits.body, decode)
  }

  #decoded(
    input: RouteInputs,
    body: BodyDecoder,
    bytes: Uint8Array<ArrayBuffer>,
  ): RouteInputs | Promise<RouteInputs> {
    if (bytes.byteLength === 0) return this.#sent(input, body, undefined)
    const type = this.#exchange.incoming.headers.get('content-type')
    // Over HTTP/2, and in other runtimes, a body needs no header that announces it.
    if (type === null) throw unsupportedMediaType(body.kind)
    return body.kind === 'json'
      ? this.#sent(input, body, parseJson(bytes, this.#route.limits))
      : parseForm(bytes, type).then((form) => this.#formSent(input, body, form))
  }

  async #formSent(input: RouteInputs, body: BodyDecoder, sent: FormValues): Promise<RouteInputs> {
    const form = await readFormFields(sent, body.fields)
    return this.#sent(input, body, this.#single(form, body.lists, 'body'))
  }

  /** Streams the files of a form to disk, unless another input is wrong already. */
  async #uploaded(
    input: RouteInputs,
    body: BodyDecoder,
    options: UploadOptions,
  ): Promise<RouteInputs> {
    this.#problems.throwIfAny()
    const { incoming } = this.#exchange
    const form = incoming.headers.has('content-type')
      ? await (this.#form ??= this.#received(options))
      : undefined
    return form === undefined
      ? this.#sent(input, body, undefined)
      : this.#formSent(input, body, form)
  }

  /** Receives a form whose files are removed after the response. */
  async #received(options: UploadOptions): Promise<FormValues | undefined> {
    const exchange = this.#exchange
    const { incoming, signal } = exchange
    // the parser of multipart bodies is loaded with the first upload
    const { Upload } = await import('../http/upload/upload.ts')
    signal.throwIfAborted()
    const upload = new Upload(options)
    const opened = removedAtTheEnd(upload)
    void opened.next()
    this.#instances.openedIn('response').push({ name: 'upload', generator: opened })
    const { body } = incoming.whole()
    const type = incoming.headers.get('content-type')
    if (body === null) return undefined
    if (type === null) throw unsupportedMediaType('upload')
    exchange.awaitsBody = true
    const form = await upload.receive({ body, type, limit: this.#route.limits.body, signal })
    exchange.awaitsBody = false
    return form
  }

  #sent(input: RouteInputs, body: BodyDecoder, sent: unknown): RouteInputs {
    if (sent === undefined && !body.optional)
      this.#problems.add({
        in: 'body',
        path: [],
        message: 'A body is required',
        code: 'invalid_type',
      })
    else
      input.body = this.#check(body.schema, sent, {
        source: 'body',
        prefix: [],
        isText: body.kind !== 'json',
      })
    return this.#done(input)
  }

  #params(): unknown {
    const { params } = this.#route
    const values: Record<string, string> = {}
    for (const name in this.#raw.pathValues)
      values[name] = decodePathValue(this.#raw.pathValues[name] as string)
    return params === undefined
      ? values
      : this.#check(params, values, { source: 'path', prefix: [] })
  }

  #ownQuery(): unknown {
    const { schema, own, lists, known, isOpen } = this.#route.query
    if (this.#raw.search === '' && schema === undefined) return {}
    const all = this.#queryValues()
    if (known !== undefined)
      for (const name of Object.keys(all))
        if (!known.has(name))
          this.#problems.add({
            in: 'query',
            path: [name],
            message: unknownParameter(known),
            code: 'unrecognized_keys',
          })
    if (schema === undefined) return {}
    const values: RawValues = Object.create(null) as RawValues
    for (const name in all)
      if (isOpen || own.has(name)) values[name] = all[name] as string | string[]
    return this.#check(schema, this.#single(values, lists, 'query'), {
      source: 'query',
      prefix: [],
      isText: true,
    })
  }

  #queryValues(): RawValues {
    return (this.#query ??= parseQuery(
      this.#raw.search,
      'query string',
      this.#route.limits.queryParameters,
    ))
  }

  /** Adds a problem for each name that was sent more than once and does not take a list. */
  #single<V extends Record<string, unknown>>(
    values: V,
    lists: ReadonlySet<string>,
    source: InputSource,
  ): V {
    for (const name of Object.keys(values))
      if (Array.isArray(values[name]) && !lists.has(name)) {
        this.#problems.add({
          in: source,
          path: [name],
          message: 'Sent more than once',
          code: 'repeated',
        })
        ;(values as Record<string, unknown>)[name] = (values[name] as unknown[])[0]
      }
    return values
  }

  #parameter(reader: ParameterReader): unknown {
    const raw = this.#rawParameter(reader)
    if (Array.isArray(raw) && !reader.list)
      this.#problems.add({
        in: reader.source,
        path: [reader.name],
        message: 'Sent more than once',
        code: 'repeated',
      })
    return this.#check(reader.schema, Array.isArray(raw) && !reader.list ? raw[0] : raw, {
      source: reader.source,
      prefix: [reader.name],
      isText: true,
    })
  }

  #rawParameter(reader: ParameterReader): string | string[] | undefined {
    switch (reader.source) {
      case 'path':
        return decodePathValue(this.#raw.pathValues[reader.name] ?? '')
      case 'query':
        return this.#raw.search === '' ? undefined : this.#queryValues()[reader.name]
      case 'header':
        return this.#header(reader)
      case 'cookie':
        this.#cookies ??= parseCookies(this.#exchange.incoming.headers.get('cookie') ?? '')
        return reader.list
          ? this.#cookies.get(reader.name)?.slice()
          : this.#cookies.get(reader.name)?.[0]
    }
  }

  #header({ name, list }: ParameterReader): string | string[] | undefined {
    const value = this.#exchange.incoming.headers.get(name)
    if (value === null) return undefined
    return list ? headerItems(value) : value
  }

  #check(
    schema: Compiled,
    value: unknown,
    at: { source: InputSource; prefix: readonly string[]; isText?: boolean },
  ): unknown {
    const result = schema.decode(value)
    if (!result.ok) return this.#problems.addIssues(at.source, at.prefix, result.issues)
    const path = at.isText ? pathOfNul(value) : undefined
    if (path !== undefined)
      this.#problems.add({
        in: at.source,
        path: [...at.prefix, ...path],
        message: 'Invalid input: text must not contain NUL characters',
        code: 'custom',
      })
    return result.value
  }
}

/** Removes the files of an upload when the dependencies of scope `response` are closed. */
async function* removedAtTheEnd(upload: Upload): AsyncGenerator<void> {
  try {
    yield
  } finally {
    await upload.remove()
  }
}

/** The path to the first text with a NUL, which no URL, cookie or form means, and which Postgres cannot store. */
function pathOfNul(value: unknown): (string | number)[] | undefined {
  if (typeof value === 'string') return value.includes('\0') ? [] : undefined
  if (Array.isArray(value)) {
    const at = value.findIndex((item) => pathOfNul(item) !== undefined)
    return at === -1 ? undefined : [at]
  }
  if (typeof value !== 'object' || value === null || value instanceof Blob) return undefined
  for (const [name, item] of Object.entries(value)) {
    const below = pathOfNul(item)
    if (below !== undefined) return [name, ...below]
  }
  return undefined
}
