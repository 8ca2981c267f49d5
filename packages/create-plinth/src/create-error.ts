/** A reason not to begin, in a sentence for who called the command. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
}
