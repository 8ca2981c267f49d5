export {
  conformance,
  type ConformanceFinding,
  type ConformanceOptions,
  type ConformanceReport,
  type FindingKind,
  type UntestedOperation,
} from './conformance/conformance.ts'
export { testApp, type TestApp } from './test-app.ts'
export type { SocketEnd, TestSocket, TestSocketOptions } from './test-socket.types.ts'
export type { EnqueuedJob, JobRun, RunJobsOptions, TestJobs } from './test-jobs.ts'
export { testDatabase, type TestDatabaseOptions } from './test-database.ts'
