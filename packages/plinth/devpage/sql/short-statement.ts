/** What is around a statement whose rows Postgres writes as JSON. */
const jsonForm = /^with "\$rows"\(.*?\) as \((.*)\) select (?:'\[' |to_json\()/s

/** The part of a statement that tells it from others, for a list. */
export const shortStatement = (text: string): string => jsonForm.exec(text)?.[1] ?? text

/** Tests whether Postgres writes the JSON of a response itself. */
export const writesJson = (text: string): boolean => jsonForm.test(text)
