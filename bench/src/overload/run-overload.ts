import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from '../contenders.ts'
import { endOnSignals } from '../interruption.ts'
import { machine } from '../machine.ts'
import type { BenchOptions } from '../options.ts'
import { formatRecorded, replaceBetween } from '../record.ts'
import { markdownTable, plainTable } from '../report.ts'
import { capacity, measureOverload } from './measure-overload.ts'
import { overloadPicture } from './overload-picture.ts'
import { overloadTable, type OverloadReport } from './overload-report.ts'

const marks = {
  begin: '<!-- overload: written by npm run bench -- --overload --record -->',
  end: '<!-- end of overload -->',
}

/** Sends the servers up to five times what they can serve, and prints and writes the results. */
export async function run({ seconds, json, record }: BenchOptions): Promise<void> {
  endOnSignals((line) => console.error(line))
  const results = await measureOverload(seconds, (result) =>
    console.error(overloadTable([result])[1]!.join('  ')),
  )
  const date = new Date().toISOString().slice(0, 10)
  const report: OverloadReport = { date, machine: machine(), seconds, capacity, results }
  console.log(plainTable(overloadTable(results)))
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
  if (record) recordOverload(report)
}

function recordOverload(report: OverloadReport): void {
  const folder = join(benchFolder, 'results')
  const readme = join(benchFolder, 'README.md')
  writeFileSync(join(folder, 'overload.json'), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(folder, 'overload.svg'), overloadPicture(report))
  writeFileSync(readme, replaceBetween(readFileSync(readme, 'utf8'), marks, resultsOf(report)))
  formatRecorded()
}

function resultsOf({
  date,
  machine: { cpu, cores, node },
  seconds,
  results,
}: OverloadReport): string {
  return [
    `${date}, ${cpu}, ${cores} cores, Node ${node}: ${seconds} s of each load, in turn.`,
    '![Responses within a second, and p99, over the load](results/overload.svg)',
    markdownTable(overloadTable(results)),
  ].join('\n\n')
}
