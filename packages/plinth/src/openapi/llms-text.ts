import type { OpenApiDocument } from './openapi.types.ts'

/**
 * Lists the operations of an API for a coding assistant, as https://llmstxt.org describes it.
 *
 * @param documentUrl - where the OpenAPI document is
 */
export function llmsText({ info, paths, servers }: OpenApiDocument, documentUrl: string): string {
  const base = servers[0]?.url.replace(/\/+$/, '') ?? ''
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, tags, operationId }]) => ({
      tag: tags[0] ?? 'Other',
      line: `- [${method.toUpperCase()} ${base}${path}](${documentUrl}): ${summary} (${operationId})`,
    })),
  )
  const groups = [...Map.groupBy(operations, ({ tag }) => tag)].map(
    ([tag, inside]) => `## ${tag}\n\n${inside.map(({ line }) => line).join('\n')}`,
  )
  const description = (info.summary ?? info.description ?? '').replaceAll(/\s+/g, ' ')
  return [
    `# ${info.title}`,
    ...(description === '' ? [] : [`> ${description}`]),
    `Version ${info.version}. Schemas, errors and security are in the OpenAPI document: ${documentUrl}`,
    ...groups,
  ].join('\n\n')
}
