export { job } from './job.ts'
export type {
  EnqueueArguments,
  EnqueueOptions,
  InTransaction,
  Job,
  JobContext,
  JobHandler,
  JobOptions,
  JobsOptions,
  JobState,
  JobStatus,
  NoInput,
  Requestless,
  ReservedInJobs,
  Schedule,
  ScheduleArguments,
  ScheduleOptions,
} from './job.types.ts'
