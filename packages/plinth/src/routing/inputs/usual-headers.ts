/** Headers that clients, browsers and proxies add by themselves. */
const usual = new Set([
  'accept',
  'authorization',
  'baggage',
  'cache-control',
  'connection',
  'cookie',
  'date',
  'dnt',
  'expect',
  'forwarded',
  'from',
  'host',
  'idempotency-key',
  'keep-alive',
  'max-forwards',
  'origin',
  'pragma',
  'priority',
  'range',
  'referer',
  'save-data',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'upgrade-insecure-requests',
  'user-agent',
  'via',
  'x-real-ip',
  'x-request-id',
])
const families = /^(?:accept|access-control-request|content|if|proxy|sec|x-forwarded)-/

/** Tests for a header of HTTP itself, of browsers or of proxies, which a strict model of headers does not refuse. */
export const isUsualHeader = (name: string): boolean => usual.has(name) || families.test(name)
