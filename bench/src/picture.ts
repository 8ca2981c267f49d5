import { type ContenderName, contenderOf } from './contenders.ts'
import type { ByName, JobReport, Report } from './report.ts'

const size = { width: 860, bar: 16, gap: 6, label: 250, head: 34 }
const colors = {
  plinth: '#2563eb',
  'plinth-bun': '#93c5fd',
  limit: '#64748b',
  peer: '#cbd5e1',
  text: '#334155',
}

/** Draws a run as SVG: the CPU time of each contender for each job, in multiples of Plinth's. */
export function picture({ jobs }: Pick<Report, 'jobs'>): string {
  let top = 10
  const parts = Object.entries(jobs).map(([name, reports]) => {
    const part = jobPicture(name, reports ?? {}, top)
    top += part.height
    return part.svg
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${top}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${size.width}" height="${top}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

function jobPicture(name: string, reports: ByName<JobReport>, top: number) {
  const rows = (Object.entries(reports) as [ContenderName, JobReport][]).toSorted(
    ([, a], [, b]) => a.ratio.median - b.ratio.median,
  )
  const largest = Math.max(...rows.map(([, { ratio }]) => ratio.median), 1)
  const scale = (size.width - size.label - 90) / largest
  const title = text(
    { x: 10, y: top + 18, bold: true },
    `${name}: server CPU per request, × Plinth`,
  )
  const bars = rows.flatMap(([contender, { ratio, cpuUs }], at) => {
    const y = top + size.head + at * (size.bar + size.gap)
    const width = Math.max(ratio.median * scale, 1)
    const value = `${ratio.median.toFixed(2)} (${Math.round(cpuUs.median)} µs)`
    return [
      text({ x: size.label - 8, y: y + 12, end: true }, contenderOf(contender).title),
      `<rect x="${size.label}" y="${y}" width="${width.toFixed(1)}" height="${size.bar}" rx="2" fill="${colorOf(contender)}"/>`,
      text({ x: size.label + width + 6, y: y + 12 }, value),
    ]
  })
  const height = size.head + rows.length * (size.bar + size.gap) + 14
  return { svg: [title, ...bars].join('\n'), height }
}

const colorOf = (name: ContenderName): string =>
  name in colors ? colors[name as keyof typeof colors] : colors.peer

interface Place {
  readonly x: number
  readonly y: number
  readonly bold?: boolean
  /** True if the text ends at `x`. */
  readonly end?: boolean
}

const text = ({ x, y, bold, end }: Place, value: string): string =>
  `<text x="${x.toFixed(1)}" y="${y}" fill="${colors.text}"${bold ? ' font-weight="600"' : ''}` +
  `${end ? ' text-anchor="end"' : ''}>${escape(value)}</text>`

const escape = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
