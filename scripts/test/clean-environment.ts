// A test says itself what it is set up with: what the developer's shell exports must not decide whether it passes.
for (const name of Object.keys(process.env)) {
  if (/^(DATABASE_URL|PORT|HOST|BETTER_AUTH_\w+|PLINTH_TEST_\w+|PG[A-Z]+)$/.test(name)) {
    delete process.env[name]
  }
}
