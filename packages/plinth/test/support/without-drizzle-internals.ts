// Loads drizzle-orm as a later version might be: the field in which its queries keep their parts has another name, and
// the function that classifies chunks is not exported. Use it as a vitest setup file, or with `node --import`.
import { rewriteModules } from './rewrite-modules.ts'

rewriteModules([
  {
    file: /\/drizzle-orm\/pg-core\/(query-builders|async)\/(select|insert|update|delete)\.js$/,
    rewrite: (source) =>
      source
        .replaceAll(/\bthis\.config\b/g, 'this.parts')
        .replaceAll(/^\tconfig;$/gm, '\tparts;')
        .replaceAll(/(const \{[^}]*)\bconfig\b([^}]*\} = this;)/g, '$1parts: config$2'),
  },
  {
    file: /\/drizzle-orm\/index\.js$/,
    rewrite: (source) => source.replace(/(export \{.*?)\bchunkKindOf, /, '$1'),
  },
])
