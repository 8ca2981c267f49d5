/** An error of the user's input, as a sentence to print. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
}
