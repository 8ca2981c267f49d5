/** What every contender is told, by its environment. */
export const settings = {
  port: Number(process.env['PORT']),
  host: process.env['HOST'] ?? '127.0.0.1',
  secret: process.env['BETTER_AUTH_SECRET'] ?? '',
  databaseUrl: process.env['DATABASE_URL'] ?? '',
  /** Routes that nobody calls, for `--scale`. */
  extraRoutes: Number(process.env['EXTRA_ROUTES'] ?? 0),
}
