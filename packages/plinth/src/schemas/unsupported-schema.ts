/**
 * Thrown when no column follows from a schema. The message is the end of a sentence that begins
 * with the name of the field.
 */
export class UnsupportedSchema extends Error {}

/** The fix for a schema without a column type, as the end of a message. */
export const giveColumn = 'give it one with field(schema, { column: (name) => … })'
