import type * as z from 'zod'
import type { Exchange } from '../http/exchange.ts'
import type { Instances } from '../dependencies/instances.ts'
import type { ParameterStep } from '../dependencies/plan.ts'
import type { InputSource } from '../errors/http-error.ts'
import type { Compiled } from '../schemas/compiled.ts'
import type { BodyDecoder } from './body-decoder.ts'
import type { CompiledRoute } from './compiled-route.ts'
import { pathOfNul } from './inputs/nul-path.ts'
import type { ModelReader, ParameterReader } from './inputs/parameter-readers.ts'
import { RawParameters, type RawInputs } from './inputs/raw-parameters.ts'
import { ValidationProblems } from '../http/validation-problems.ts'
import { readFormFields } from '../http/form-fields.ts'
import { parseForm, type FormValues } from '../http/parse-form.ts'
import type { Upload, UploadOptions } from '../http/upload/upload.ts'
import { parseJson } from '../http/json/parse-json.ts'
import { decodePathValue, type RawValues } from '../http/read-url.ts'
import { unsupportedMediaType } from './refuse.ts'

/** @param known - the names that the route takes, and that are documented */
function unknownParameter(known: readonly string[]): string {
  if (known.length === 0) return 'Unknown query parameter. This route takes none'
  return `Unknown query parameter. ${expected(known)}`
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
  readonly #sentParameters: RawParameters
  readonly #instances: Instances
  #form: Promise<FormValues | undefined> | undefined
  #bytes: Promise<Uint8Array<ArrayBuffer>> | undefined
  #isBodyTaken = false

  constructor(route: CompiledRoute, instances: Instances, raw: RawInputs) {
    this.#route = route
    this.#instances = instances
    this.#exchange = instances.exchange
    this.#values = instances.values
    this.#raw = raw
    this.#sentParameters = new RawParameters(this.#exchange, raw, route.limits.queryParameters)
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
    else {
      const value = this.#check(body.schema, sent, {
        source: 'body',
        prefix: [],
        isText: body.kind !== 'json',
      })
      if (body.parts.length === 0) input.body = value
      for (const { slot, name } of body.parts)
        this.#values[slot] =
          body.parts.length === 1 ? value : (value as Readonly<Record<string, unknown>>)?.[name]
    }
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
    const { schema, own, lists, known, isOpen, hidden } = this.#route.query
    if (this.#raw.search === '' && schema === undefined) return {}
    const all = this.#sentParameters.query
    if (known !== undefined)
      for (const name of Object.keys(all))
        if (!known.has(name))
          this.#problems.add({
            in: 'query',
            path: [name],
            message: unknownParameter([...known].filter((one) => !hidden.has(one))),
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
    const { source, name, schema, model } = reader
    if (model !== undefined) return this.#model(reader, model)
    return this.#check(schema, this.#once(reader), { source, prefix: [name], isText: true })
  }

  /** Reads the parameters of a model, and names them in problems as they are called in the request. */
  #model({ source, schema }: ParameterReader, { fields, others, isKnown }: ModelReader): unknown {
    const values: Record<string, unknown> = {}
    for (const { key, name, list } of fields) {
      const value = this.#once({ source, name, list })
      if (value !== undefined) values[key] = value
    }
    if (others !== 'ignore')
      for (const name of this.#sentParameters.names(source)) {
        if (isKnown(name)) continue
        if (others === 'read')
          values[name] = this.#sentParameters.value({ source, name, list: false })
        else
          this.#problems.add({
            in: source,
            path: [name],
            message: `Unknown ${source}. ${expected(fields.map((field) => field.name))}`,
            code: 'unrecognized_keys',
          })
      }
    const names = new Map(fields.map((field) => [field.key, field.name]))
    return this.#check(schema, values, { source, prefix: [], isText: true, names })
  }

  /** Returns the value of a parameter. Adds a problem if it was sent more than once and does not take a list. */
  #once(asked: Pick<ParameterReader, 'source' | 'name' | 'list'>): string | string[] | undefined {
    const raw = this.#sentParameters.value(asked)
    if (!Array.isArray(raw) || asked.list) return raw
    this.#problems.add({
      in: asked.source,
      path: [asked.name],
      message: 'Sent more than once',
      code: 'repeated',
    })
    return raw[0]
  }

  #check(schema: Compiled, value: unknown, at: Place): unknown {
    const result = schema.decode(value)
    if (!result.ok)
      return this.#problems.addIssues(at.source, at.prefix, renamed(result.issues, at.names))
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

/** The names that a caller may send, for a message. */
const expected = (names: readonly string[]): string =>
  names.length === 0
    ? 'Expected none'
    : `Expected ${names.length === 1 ? '' : 'one of: '}${names.join(', ')}`

/** The place of a value in the request. */
interface Place {
  readonly source: InputSource
  readonly prefix: readonly string[]
  readonly isText?: boolean
  /** The names in the request of the keys of a model. */
  readonly names?: ReadonlyMap<PropertyKey, string>
}

/** Issues of a model of parameters, with the names that its keys have in the request. */
const renamed = (issues: readonly z.core.$ZodIssue[], names: Place['names']): typeof issues =>
  names === undefined
    ? issues
    : issues.map(({ path: [key, ...rest], ...issue }) => ({
        ...issue,
        path: key === undefined ? [] : [names.get(key) ?? key, ...rest],
      }))

/** Removes the files of an upload when the dependencies of scope `response` are closed. */
async function* removedAtTheEnd(upload: Upload): AsyncGenerator<void> {
  try {
    yield
  } finally {
    await upload.remove()
  }
}
