/** A page in the side bar. */
export interface NavigationPage {
  readonly text: string
  /** The path of its file in `docs/`, without `.md`. */
  readonly page: string
}

/** A group of the side bar. */
export interface NavigationGroup {
  readonly text: string
  readonly pages: readonly NavigationPage[]
}

/** The side bar of the site, in the order of a newcomer. Each page of `docs/` is in exactly one group. */
export const navigation: readonly NavigationGroup[] = [
  {
    text: 'Tutorial',
    pages: [
      { text: 'Create a project', page: 'create' },
      { text: 'A quiz night', page: 'tutorial/index' },
      { text: '1. First route', page: 'tutorial/01-first-route' },
      { text: '2. Inputs and validation', page: 'tutorial/02-inputs' },
      { text: '3. A model and its table', page: 'tutorial/03-model' },
      { text: '4. Create, read, update, list', page: 'tutorial/04-lists' },
      { text: '5. Users and Better Auth', page: 'tutorial/05-users' },
      { text: '6. Dependencies', page: 'tutorial/06-dependencies' },
      { text: '7. Relations', page: 'tutorial/07-relations' },
      { text: '8. Migrations in a team', page: 'tutorial/08-migrations' },
      { text: '9. Tests', page: 'tutorial/09-tests' },
      { text: '10. Streams, sockets and live lists', page: 'tutorial/10-live' },
      { text: '11. Jobs, email, limits', page: 'tutorial/11-jobs' },
      { text: '12. Deploy to Neon, watch it run', page: 'tutorial/12-deploy' },
    ],
  },
  {
    text: 'Guides',
    pages: [
      { text: 'Paginate a list', page: 'guides/pagination' },
      { text: 'Protect a route', page: 'guides/protect-a-route' },
      { text: 'Book a slot only once', page: 'guides/book-a-slot-once' },
      { text: 'Upload files to S3', page: 'guides/upload-files-to-s3' },
      { text: 'Send email after signup', page: 'guides/email-after-signup' },
      { text: 'Handle webhooks', page: 'guides/webhooks' },
      { text: 'Use another identity provider', page: 'guides/identity-providers' },
      { text: 'Rate limit', page: 'guides/rate-limit' },
      { text: 'Zero-downtime migrations', page: 'guides/zero-downtime-migrations' },
      { text: 'Debug a slow request', page: 'guides/debug-a-slow-request' },
      { text: 'Multi-tenant organizations', page: 'guides/organizations' },
      { text: 'A Neon branch for each pull request', page: 'guides/neon-branches' },
    ],
  },
  {
    text: 'Models and data',
    pages: [
      { text: 'Models', page: 'models' },
      { text: 'Relations', page: 'relations' },
      { text: 'Database', page: 'database' },
      { text: 'Migrations', page: 'migrations' },
      { text: 'Adopt an existing database', page: 'adopt' },
      { text: 'Row-level security', page: 'row-level-security' },
      { text: 'Neon', page: 'neon' },
    ],
  },
  {
    text: 'Routes',
    pages: [
      { text: 'Routes', page: 'routing' },
      { text: 'Dependencies', page: 'dependencies' },
      { text: 'The life of a request', page: 'lifecycle' },
      { text: 'Resources and pagination', page: 'resources' },
      { text: 'Errors', page: 'errors' },
      { text: 'CORS', page: 'cors' },
      { text: 'Background jobs', page: 'jobs' },
      { text: 'Middleware', page: 'middleware' },
      { text: 'Sockets', page: 'sockets' },
      { text: 'Channels and live lists', page: 'channels' },
      { text: 'Limits', page: 'limits' },
      { text: 'Tools for agents (MCP)', page: 'mcp' },
      { text: 'Mounting', page: 'mounting' },
      { text: 'Static files and frontends', page: 'static-files' },
    ],
  },
  {
    text: 'Users',
    pages: [
      { text: 'Authentication', page: 'auth' },
      { text: 'Authentication schemes', page: 'auth-schemes' },
    ],
  },
  {
    text: 'Frontend',
    pages: [
      { text: 'Client', page: 'client' },
      { text: 'The frontend', page: 'frontend' },
    ],
  },
  {
    text: 'Tools',
    pages: [
      { text: 'The plinth command', page: 'cli' },
      { text: 'Development', page: 'development' },
      { text: 'The development page', page: 'development-page' },
      { text: 'Settings', page: 'settings' },
      { text: 'Testing', page: 'testing' },
    ],
  },
  {
    text: 'Coming from',
    pages: [
      { text: 'FastAPI', page: 'coming-from-fastapi' },
      { text: 'Express', page: 'coming-from/express' },
      { text: 'Hono', page: 'coming-from/hono' },
      { text: 'NestJS', page: 'coming-from/nestjs' },
      { text: 'tRPC', page: 'coming-from/trpc' },
      { text: 'Next.js route handlers', page: 'coming-from/next' },
      { text: 'Django REST framework', page: 'coming-from/django' },
    ],
  },
  {
    text: 'Reference',
    pages: [
      { text: 'Entry points', page: 'entry-points' },
      { text: 'OpenAPI mapping', page: 'openapi-mapping' },
      { text: 'Architecture', page: 'architecture' },
      { text: 'Security', page: 'security' },
      { text: 'Compatibility', page: 'compatibility' },
      { text: 'Stability', page: 'stability' },
    ],
  },
  {
    text: 'In production',
    pages: [
      { text: 'Deployment', page: 'deployment' },
      { text: 'Telemetry', page: 'telemetry' },
      { text: 'Node', page: 'deploy/node' },
      { text: 'Docker', page: 'deploy/docker' },
      { text: 'Kubernetes', page: 'deploy/kubernetes' },
      { text: 'Fly', page: 'deploy/fly' },
      { text: 'Render', page: 'deploy/render' },
      { text: 'Vercel', page: 'deploy/vercel' },
      { text: 'Cloudflare', page: 'deploy/cloudflare' },
      { text: 'Serverless', page: 'deploy/serverless' },
      { text: 'Next.js', page: 'deploy/next' },
      { text: 'Speed', page: 'speed' },
    ],
  },
]

/** Folders of `docs/` whose pages are read through another page, and are not in the side bar. */
export const readThroughAnotherPage: readonly string[] = ['coming-from-fastapi/']

const groupsWithoutGuides = new Set(['Tutorial', 'Coming from', 'Reference'])

/** True for a page that shows how to do a task: it opens with code. */
export const isGuide = (file: string): boolean =>
  navigation.some(
    ({ text, pages }) =>
      !groupsWithoutGuides.has(text) && pages.some(({ page }) => `${page}.md` === file),
  )
