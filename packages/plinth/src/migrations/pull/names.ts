import { componentName } from '../../models/naming.ts'

/** Makes names unique: a name that is taken gets the first number that is free. */
export function uniqueNames(taken: Iterable<string> = []): (name: string) => string {
  const used = new Set(taken)
  return (name) => {
    let free = name
    for (let count = 2; used.has(free); count += 1) free = `${name}${count}`
    used.add(free)
    return free
  }
}

/** The words of a name in ASCII: `Größe der_Datei` -> `Grosse`, `der`, `Datei`. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)

/** `fooBAR` and `FOO` begin in lower case: `fooBAR`, `foo`; `URLPath` is `urlPath`. */
const lowerStart = (word: string): string =>
  /^[A-Z0-9]+$/.test(word)
    ? word.toLowerCase()
    : word.replace(/^[A-Z]+(?=[A-Z])|^[A-Z]/, (head) => head.toLowerCase())

/** An identifier in camel case; with `fallback` in front where a name begins with no letter. */
export function camelCase(name: string, fallback: string): string {
  const [first, ...rest] = wordsOf(name)
  if (first === undefined) return fallback
  const text = lowerStart(first) + rest.map(capital).join('')
  return /^[a-z]/i.test(text) ? text : fallback + capital(text)
}

/** The members of a model that a field cannot be named after. */
const taken = [
  'getSQL',
  'enableRLS',
  'shouldOmitSQLParens',
  ...Object.getOwnPropertyNames(Object.prototype),
]

/** A function that gives each column of a table the name of its field. */
export function fieldNames(): (column: string) => string {
  const unique = uniqueNames()
  return (column) => {
    const name = camelCase(column, 'column')
    return unique(taken.includes(name) ? `${name}Column` : name)
  }
}

/** The name of the model of a table: `order_items` -> `OrderItem`. */
export function modelName(table: string): string {
  const name = componentName(wordsOf(table).join('_'))
  return /^[A-Z]/.test(name) ? name : `Table${name}`
}
