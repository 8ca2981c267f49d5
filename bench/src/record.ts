import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder, type ContenderName, contenderOf } from './contenders.ts'
import { type JobName, jobOf } from './jobs.ts'
import { picture } from './picture.ts'
import { jobTable, markdownTable, type Report, scaleTable, startTable } from './report.ts'

const marks = {
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
  // Committed files must be formatted for `npm run check`.
  const oxfmt = join(benchFolder, '..', 'node_modules', 'oxfmt', 'bin', 'oxfmt')
  spawnSync(process.execPath, [oxfmt, readme, results], { stdio: 'ignore' })
}

/**
 * Replaces the tables between the marks of a README.
 *
 * @throws {Error} it has no marks
 */
export function withResults(readme: string, report: Report): string {
  const begin = readme.indexOf(marks.begin)
  const end = readme.indexOf(marks.end, begin)
  if (begin === -1 || end === -1) throw new Error('bench/README.md has no marks for the results')
  const before = readme.slice(0, begin + marks.begin.length)
  return `${before}\n\n${resultsOf(report)}\n\n${readme.slice(end)}`
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
