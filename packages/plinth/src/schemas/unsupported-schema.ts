/**
 * No column type follows from a schema.
 *
 * The message completes a sentence that begins with the name of the field.
 */
export class UnsupportedSchema extends Error {}

/** The fix for a schema without a column type, as the end of a message. */
export const giveColumn = 'pass one with field(schema, { column: (name) => … })'
