import { createRequire } from 'node:module'
import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import type { JsonSchema } from '../../openapi/openapi.types.ts'
import { PlinthError } from '../../errors/plinth-error.ts'
import { compareDecimals } from '../../schemas/decimal-text.ts'
import { textFormats } from '../../schemas/kinds.ts'
import { closedSchema, openSchema, type Document } from './closed-schema.ts'

/** A problem with a value. */
export interface SchemaProblem {
  /** `undeclared`: a field that the schema neither names nor forbids. */
  readonly kind: 'invalid' | 'undeclared'
  /** The path, such as `items.0.title`; empty for the value itself. */
  readonly path: string
  readonly message: string
}

/**
 * Validates a value against a JSON Schema (2020-12), as OpenAPI documents use it.
 *
 * Unlike JSON Schema, it reports fields that no schema names: everything that is sent must be
 * documented.
 *
 * @throws {PlinthError} `PLINTH_PROJECT_INVALID`: ajv is not installed
 */
export function checkJsonSchema(
  schema: JsonSchema,
  value: unknown,
  document: Document,
): SchemaProblem[] {
  let validators = known.get(document)
  if (validators === undefined) known.set(document, (validators = new Validators(document)))
  const validate = validators.of(schema)
  if (validate(value)) return []
  const problems = (validate.errors ?? []).map(problemOf)
  // Ajv takes the fields of an invalid alternative, and those around an undeclared field, for undeclared too.
  const invalid = problems.filter(({ kind }) => kind === 'invalid')
  if (invalid.length > 0) return invalid
  return problems.filter(({ path }) => !problems.some((other) => other.path.startsWith(`${path}.`)))
}

/** The compiled schemas of a document. Schemas are compared by identity, since they are the document's own. */
class Validators {
  readonly #ajv: Ajv2020
  readonly #document: Document
  readonly #compiled = new WeakMap<JsonSchema, ValidateFunction>()

  constructor(document: Document) {
    this.#document = document
    this.#ajv = createAjv()
    const schemas = Object.entries(document.components.schemas ?? {}).map(([name, schema]) => [
      name,
      openSchema(schema, document, documentId),
    ])
    this.#ajv.addSchema({ $id: documentId, components: { schemas: Object.fromEntries(schemas) } })
  }

  of(schema: JsonSchema): ValidateFunction {
    let validate = this.#compiled.get(schema)
    if (validate === undefined) {
      validate = this.#ajv.compile(closedSchema(schema, this.#document, documentId))
      this.#compiled.set(schema, validate)
    }
    return validate
  }
}

const known = new WeakMap<Document, Validators>()
const documentId = 'document:'

/** An instance of ajv with the formats and keywords of our documents. */
function createAjv(): Ajv2020 {
  const { Ajv2020: Ajv, addFormats } = loadAjv()
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, multipleOfPrecision: 9 })
  addFormats(ajv)
  // Ajv accepts a date and time with a space, and compares no decimals.
  for (const [name, { accepts }] of textFormats) ajv.addFormat(name, accepts)
  const limits = {
    'x-minimum': (order: bigint) => order >= 0n,
    'x-maximum': (order: bigint) => order <= 0n,
  }
  for (const [keyword, holds] of Object.entries(limits))
    ajv.addKeyword({
      keyword,
      type: 'string',
      validate: (limit: string, value: string) => holds(compareDecimals(value, limit) ?? 0n),
    })
  return ajv
}

/** Loads ajv, an optional peer dependency, when it is first needed. */
function loadAjv(): { Ajv2020: typeof Ajv2020; addFormats: (ajv: Ajv2020) => void } {
  const require = createRequire(import.meta.url)
  try {
    // CommonJS packages, whose exports createRequire() has no types for.
    const { Ajv2020: Ajv } = require('ajv/dist/2020.js') as { Ajv2020: typeof Ajv2020 }
    const addFormats = require('ajv-formats') as (ajv: Ajv2020) => void
    return { Ajv2020: Ajv, addFormats }
  } catch (cause) {
    throw new PlinthError(
      'PLINTH_PROJECT_INVALID',
      'conformance() validates responses with ajv: install it with npm install --save-dev ajv ajv-formats',
      { cause },
    )
  }
}

/** A problem that ajv found. */
function problemOf({
  keyword,
  instancePath,
  params,
  message = keyword,
}: ErrorObject): SchemaProblem {
  const field: unknown =
    params['unevaluatedProperty'] ?? params['missingProperty'] ?? params['additionalProperty']
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const full = [...path, ...(typeof field === 'string' ? [field] : [])].join('.')
  if (keyword === 'unevaluatedProperties')
    return { kind: 'undeclared', path: full, message: 'The schema does not declare this field' }
  return { kind: 'invalid', path: full, message }
}
