import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder, type ContenderName, contenderOf } from './contenders.ts'
import { type JobName, jobOf } from './jobs.ts'
import { picture } from './picture.ts'
import { jobTable, markdownTable, type Report, scaleTable, startTable } from './report.ts'

const marks: Marks = {
  begin: '<!-- results: written by npm run bench -- --record -->',
  end: '<!-- end -->',
}

/** Records a run: its numbers, its picture, and its tables in the README. */
export function record(report: Report): void {
  const results = join(benchFolder, 'results')
  writeFileSync(join(results, 'latest.json'), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(results, 'latest.svg'), picture(report))
  const readme = join(benchFolder, 'README.md')
  writeFileSync(readme, withResults(readFileSync(readme, 'utf8'), report))
  formatRecorded()
}

/** Formats the README and the results, because `npm run check` expects it of committed files. */
export function formatRecorded(): void {
  const oxfmt = join(benchFolder, '..', 'node_modules', 'oxfmt', 'bin', 'oxfmt')
  const files = [join(benchFolder, 'README.md'), join(benchFolder, 'results')]
  spawnSync(process.execPath, [oxfmt, ...files], { stdio: 'ignore' })
}

/** The comments of a README around the text that is written by a run. */
export interface Marks {
  readonly begin: string
  readonly end: string
}

/** Replaces the tables of a README. */
export const withResults = (readme: string, report: Report): string =>
  replaceBetween(readme, marks, resultsOf(report))

/**
 * Replaces the text between the marks of a README.
 *
 * @throws {Error} it has no marks
 */
export function replaceBetween(readme: string, { begin, end }: Marks, text: string): string {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end, from)
  if (from === -1 || to === -1) throw new Error('bench/README.md has no marks for the results')
  return `${readme.slice(0, from + begin.length)}\n\n${text}\n\n${readme.slice(to)}`
}

function resultsOf(report: Report): string {
  const { date, machine, options } = report
  const jobs = Object.entries(report.jobs).flatMap(([name, reports]) => [
    `### ${name}: ${jobOf(name as JobName).title}`,
    markdownTable(jobTable(reports ?? {})),
  ])
  const scale = Object.entries(report.scale ?? {}).flatMap(([title, part]) => [
    `### ${title}`,
    markdownTable(scaleTable(part)),
  ])
  const versions = Object.entries(report.versions).map(
    ([name, text]) => `- ${contenderOf(name as ContenderName).title}: ${text}`,
  )
  const left = Object.entries(report.leftOut).map(([name, why]) => `- ${name}: ${why}`)
  return [
    `${date}, ${machine['cpu']}, ${machine['cores']} cores, Node ${machine['node']}: ` +
      `${options.rounds} rounds of ${options.seconds} s, ${options.connections} connections.`,
    '![CPU per request, times Plinth’s](results/latest.svg)',
    ...jobs,
    '### First response after a start, and memory',
    markdownTable(startTable(report)),
    ...scale,
    '### Versions',
    versions.join('\n'),
    ...(left.length > 0 ? ['### Left out', left.join('\n')] : []),
  ].join('\n\n')
}
