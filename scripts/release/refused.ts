/** A reason not to release, as a sentence for the maintainer. */
export class Refused extends Error {
  override readonly name = 'Refused'
}
