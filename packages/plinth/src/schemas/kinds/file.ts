import type { ValueKind } from './value-kind.ts'

/** `z.file()`: a part of a form. */
export const file: ValueKind = {
  types: ['file'],
  jsonSchema: (json) => {
    // `contentEncoding` would mean that the bytes are written as text, and a multipart body has them raw
    delete json['contentEncoding']
    if (!json['anyOf'] && !json['not']) json['contentMediaType'] ??= 'application/octet-stream'
  },
  typescript: { sent: 'Blob', received: 'unknown' },
}
