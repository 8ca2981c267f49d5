import { quoteIdentifier } from '../sql/quote-identifier.ts'
import { ownerRole } from './row-owner.ts'

const role = quoteIdentifier(ownerRole)

/** The schema of the tables of `plinth/jobs`, which pg-boss makes. */
export const jobsSchema = 'pgboss'

/** The statement that lets users' transactions, which run as another role, enqueue jobs. */
export const grantJobs = `do $$ begin
  if to_regnamespace('${jobsSchema}') is not null and exists (select from pg_roles where rolname = '${ownerRole}') then
    grant usage on schema ${jobsSchema} to ${role};
    grant select, insert, update on all tables in schema ${jobsSchema} to ${role};
  end if;
end $$`
