import type { CustomTypesConfig } from 'pg'

/** The types of dates, times and intervals. */
const textTypes = new Set([1082, 1114, 1184, 1186, 1182, 1115, 1185, 1187, 1231])
const asText = (value: string): string => value

/** Leaves dates, times and intervals as text, because Drizzle's codecs read them by the column. */
export const withTextTypes = ({
  getTypeParser,
}: Pick<CustomTypesConfig, 'getTypeParser'>): CustomTypesConfig => ({
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    textTypes.has(oid) ? asText : getTypeParser(oid, format)) as CustomTypesConfig['getTypeParser'],
})
