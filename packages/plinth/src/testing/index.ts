export { testApp } from './test-app.ts'
export { testDatabase } from './test-database.ts'
