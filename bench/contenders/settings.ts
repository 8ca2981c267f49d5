/** The settings of every contender, from its environment variables. */
export const settings = {
  port: Number(process.env['PORT']),
  host: process.env['HOST'] ?? '127.0.0.1',
  secret: process.env['BETTER_AUTH_SECRET'] ?? '',
  databaseUrl: process.env['DATABASE_URL'] ?? '',
  /** The number of additional routes that no client calls, for `--scale`. */
  extraRoutes: Number(process.env['EXTRA_ROUTES'] ?? 0),
}
