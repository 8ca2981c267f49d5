export {
  conformance,
  type ConformanceFinding,
  type ConformanceOptions,
  type ConformanceReport,
  type FindingKind,
  type UntestedOperation,
} from './conformance/conformance.ts'
export { testApp } from './test-app.ts'
export { testDatabase, type TestDatabaseOptions } from './test-database.ts'
