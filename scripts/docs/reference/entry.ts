/** A property or method of an interface, an object type or a class, with what its docblock says. */
export interface Member {
  readonly name: string
  /** The type on one line. */
  readonly type: string
  /** The type as the source has it, for types that are too long for a line. */
  readonly longType: string
  readonly isOptional: boolean
  /** True if only some forms of a union of options have the member. */
  readonly isAlternative?: boolean
  readonly comment: string
}

/** A tag of a docblock, such as `@throws`. */
export interface Tag {
  readonly name: string
  readonly text: string
}

/** A public name, as the reference shows it. */
export interface Entry {
  readonly name: string
  readonly kind: 'function' | 'class' | 'interface' | 'type' | 'value'
  /** The file that declares it, as a path from the root. */
  readonly file: string
  readonly signatures: readonly string[]
  /** The members, inherited ones included. */
  readonly members: readonly Member[]
  readonly comment: string
  readonly tags: readonly Tag[]
}

/** An entry point of the package, with its names in alphabetical order. */
export interface EntryPoint {
  /** The name to import from, such as `plinth/testing`. */
  readonly specifier: string
  readonly entries: readonly Entry[]
}
