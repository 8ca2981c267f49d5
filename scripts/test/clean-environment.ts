// Tests set their own environment: the variables of the developer's shell must not decide the
// result.
for (const name of Object.keys(process.env)) {
  if (/^(DATABASE_URL|PORT|HOST|BETTER_AUTH_\w+|PLINTH_TEST_\w+|PG[A-Z]+)$/.test(name)) {
    delete process.env[name]
  }
}

// a file of tests creates more tasks in a minute than a person
process.env['CREATES_PER_MINUTE'] = '1000000'
