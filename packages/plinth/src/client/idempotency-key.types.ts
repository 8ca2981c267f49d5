/** The key of a call of an idempotent route. */
export type KeyPart<I> = I extends 'required'
  ? {
      /** A unique key of this operation, such as a UUID; `true` for a random one. The call is retried like a GET. */
      readonly idempotencyKey: string | true
    }
  : I extends 'optional'
    ? {
        /** A unique key of this operation, such as a UUID; `true` for a random one. The call is then retried like a GET. */
        readonly idempotencyKey?: string | true | undefined
      }
    : {}
