import { globSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import {
  isCallExpression,
  isExportDeclaration,
  isImportDeclaration,
  isImportTypeNode,
  isStringLiteral,
  SyntaxKind,
  type Node,
  type SourceFile,
} from 'typescript/unstable/ast'
import { lineAt } from './finding.ts'
import { withProject } from './project.ts'

/** An import of a file: `import`, `export … from`, `import()` or `import('…').Type`. */
export interface Import {
  /** The importing file, as a path from the root. */
  readonly from: string
  /** The imported file as a path from the root, or the name of a package. */
  readonly to: string
  /** The line number, counted from 1. */
  readonly line: number
  /** True for a relative path, which is a file of this repository. */
  readonly isLocal: boolean
  /**
   * True if the import does not exist at run time.
   *
   * `import { type A }` does: it still loads the file.
   */
  readonly isType: boolean
}

/** Reads all imports of all TypeScript files below a folder of the project in `root`. */
export async function readImports(root: string, folder: string): Promise<Import[]> {
  const files = globSync(`${folder}/**/*.ts`, { cwd: root }).toSorted()
  const imports = await withProject(join(root, 'tsconfig.json'), ({ program }) =>
    Promise.all(
      files.map(async (file) => {
        const parsed = await program.getSourceFile(join(root, file))
        return parsed ? importsOf(parsed, root) : []
      }),
    ),
  )
  return imports.flat()
}

function importsOf(file: SourceFile, root: string): Import[] {
  const from = relative(root, file.fileName)
  const found: Import[] = []
  const visit = (node: Node): void => {
    const target = targetOf(node)
    if (target) {
      const isLocal = target.startsWith('.')
      const to = isLocal ? join(dirname(from), target) : target
      const line = lineAt(file.text, node.getStart(file))
      found.push({ from, to, line, isLocal, isType: isType(node) })
    }
    node.forEachChild(visit)
  }
  visit(file)
  return found
}

function targetOf(node: Node): string | undefined {
  if (isImportDeclaration(node) || isExportDeclaration(node)) return textOf(node.moduleSpecifier)
  if (isImportTypeNode(node)) return textOf(node.argument.forEachChild((child) => child))
  if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
    return textOf(node.arguments[0])
  }
  return undefined
}

function textOf(node: Node | undefined): string | undefined {
  return node && isStringLiteral(node) ? node.text : undefined
}

function isType(node: Node): boolean {
  if (isImportDeclaration(node)) return node.importClause?.phaseModifier === SyntaxKind.TypeKeyword
  if (isExportDeclaration(node)) return node.isTypeOnly
  return isImportTypeNode(node)
}
