import { PlinthError } from '../errors/plinth-error.ts'
import { applyNaming, applyQueryNaming, sortNaming } from '../schemas/names/apply-naming.ts'
import { nameBy } from '../schemas/names/naming-rules.ts'
import type { Naming } from '../schemas/names/naming.types.ts'
import { Parameter } from './parameter.ts'

/** A parameter, and its name in the request. */
interface Read {
  readonly parameter: Parameter
  readonly name: string
}

function schemaBy({ parameter: { source, schema, fields }, name }: Read, rule: Naming) {
  if (source === 'body') return applyNaming(schema, rule, 'input')
  if (fields !== undefined) return applyQueryNaming(schema, rule)
  return name === 'sort' ? sortNaming(schema, rule) : schema
}

/**
 * Names what a dependency reads of the body or the query string by the app's rule.
 *
 * Headers and cookies have names of their own, and the path names its parameters.
 *
 * @throws {PlinthError} `PLINTH_DEPENDENCY_INVALID`: a name that is given does not follow the rule
 */
export function parameterOnWire(read: Read, rule: Naming): Read {
  const { parameter, name } = read
  const { source, schema, options } = parameter
  if (source !== 'query' && source !== 'body') return read
  const onWire = nameBy(name, rule)
  if (options.name !== undefined && onWire !== name)
    throw new PlinthError(
      'PLINTH_DEPENDENCY_INVALID',
      `${source}(): its name "${name}" is not ${rule}, which the app names its inputs by. Write name: '${onWire}', or remove name`,
    )
  const renamed = schemaBy(read, rule)
  const changed = renamed === schema ? parameter : new Parameter(source, renamed, options)
  return { parameter: changed, name: onWire }
}
