import { overloadContenders, type OverloadContenderName } from './overload-contenders.ts'
import type { OverloadReport } from './overload-report.ts'
import type { OverloadResult } from './measure-overload.ts'

const panel = { width: 380, height: 220, left: 48, top: 44, gap: 50 }
const colors: Readonly<Record<OverloadContenderName, string>> = {
  plinth: '#2563eb',
  'under-pressure': '#f59e0b',
  fastify: '#94a3b8',
}
const ink = '#334155'

/** A value of the results over the load. */
interface Panel {
  readonly title: string
  readonly of: (result: OverloadResult) => number
  /** The axis is logarithmic, from 1. */
  readonly isLogarithmic?: boolean
}

const panels: readonly Panel[] = [
  { title: 'Responses with 200 within a second, per second', of: ({ served }) => served },
  { title: 'p99 of the 200s, in ms (logarithmic)', of: ({ p99 }) => p99, isLogarithmic: true },
]

/** Draws the responses within a second, and the response time, over the load, as SVG. */
export function overloadPicture({ results }: Pick<OverloadReport, 'results'>): string {
  const width = panels.length * (panel.left + panel.width) + panel.gap
  const height = panel.top + panel.height + 70
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels.map((each, at) =>
      drawn(each, { results, x: panel.left + at * (panel.width + panel.gap) }),
    ),
    legend(height - 16),
    '</svg>\n',
  ].join('\n')
}

function drawn(
  { title, of, isLogarithmic = false }: Panel,
  { results, x }: { readonly results: readonly OverloadResult[]; readonly x: number },
): string {
  const largest = Math.max(1, ...results.map(of).filter(Number.isFinite))
  const largestLoad = Math.max(...results.map(({ factor }) => factor))
  const part = (value: number): number =>
    isLogarithmic ? Math.log(Math.max(value, 1)) / Math.log(largest) : value / largest
  const atX = (factor: number): number => x + (factor / largestLoad) * (panel.width - 20)
  const atY = (value: number): number => panel.top + panel.height * (1 - part(value))
  const ticks = isLogarithmic ? powersTo(largest) : [0, largest / 2, largest]
  const lines = Object.entries(colors).map(([name, color]) => {
    const points = results.filter(
      (result) => result.contender === name && Number.isFinite(of(result)),
    )
    const path = points.map((each) => `${atX(each.factor).toFixed(1)},${atY(of(each)).toFixed(1)}`)
    const dots = path.map((point) => {
      const [cx, cy] = point.split(',')
      return `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`
    })
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}`
  })
  const loads = [...new Set(results.map(({ factor }) => factor))]
  return [
    text({ x, y: 24 }, title, ' font-weight="600"'),
    ...ticks.map(
      (tick) =>
        `<line x1="${x}" x2="${x + panel.width - 20}" y1="${atY(tick)}" y2="${atY(tick)}" stroke="#e2e8f0"/>` +
        text({ x: x - 6, y: atY(tick) + 4 }, tick.toFixed(0), ' text-anchor="end"'),
    ),
    ...loads.map((load) =>
      text(
        { x: atX(load), y: panel.top + panel.height + 18 },
        `${load} ×`,
        ' text-anchor="middle"',
      ),
    ),
    ...lines,
  ].join('\n')
}

const powersTo = (largest: number): number[] => {
  const powers = [1]
  while (powers.at(-1)! * 10 <= largest) powers.push(powers.at(-1)! * 10)
  return powers
}

function legend(y: number): string {
  let x = panel.left
  return Object.entries(colors)
    .map(([name, color]) => {
      const { title } = overloadContenders[name as OverloadContenderName]
      const part = `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${color}"/>${text({ x: x + 15, y }, title)}`
      x += 40 + title.length * 7
      return part
    })
    .join('\n')
}

const text = (
  { x, y }: { readonly x: number; readonly y: number },
  value: string,
  more = '',
): string => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${ink}"${more}>${value}</text>`
