const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Tests for a scope of RFC 6749, section 3.3: without spaces and quotes, so that it is safe in a header. */
export const isScope = (text: string): boolean => scopeToken.test(text)
