/** The content types of JSON: `application/json`, or one that ends with `+json`, in UTF-8. */
export const jsonType: RegExp =
  /^application\/(?:json|[\w.!#$&^-]+\+json)\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i
