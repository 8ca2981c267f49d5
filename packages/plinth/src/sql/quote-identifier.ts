/** Quotes an identifier: `my table` becomes `"my table"`. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Quotes each part of a qualified name: `auth.user` becomes `"auth"."user"`. */
export const quoteQualified = (name: string): string =>
  name.split('.').map(quoteIdentifier).join('.')
