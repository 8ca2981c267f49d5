/** A contender of a job, as bench/results/latest.json has it. */
interface Measured {
  readonly ratio?: { readonly median: number }
  readonly cpuUs?: { readonly median: number }
}

/** The part of bench/results/latest.json that the chart shows. */
export interface BenchmarkResults {
  readonly date: string
  readonly jobs: { readonly list: Readonly<Record<string, Measured>> }
}

/** The bars of the chart, by the names of the contenders. */
const labels: Readonly<Record<string, string>> = {
  plinth: 'Plinth',
  fastify: 'Fastify + TypeBox',
  hono: 'Hono + zod-openapi',
  express: 'Express + Zod',
  nest: 'NestJS',
  fastapi: 'FastAPI + SQLModel',
}

/** The chart of the landing page: the CPU time of the same list in each framework, as HTML. */
export function benchmarkChart({ jobs, date }: BenchmarkResults): string {
  const bars = Object.entries(labels).map(([name, label]) => {
    const { ratio, cpuUs } = jobs.list[name] ?? {}
    if (ratio === undefined || cpuUs === undefined)
      throw new Error(`bench/results/latest.json has no list of "${name}"`)
    return { name, label, ratio: ratio.median, cpu: Math.round(cpuUs.median) }
  })
  const most = Math.max(...bars.map(({ ratio }) => ratio))
  const rows = bars.map(
    ({ name, label, ratio, cpu }) =>
      `<tr class="${name}"><th scope="row">${label}</th><td><span class="bar" style="width: ${((ratio / most) * 100).toFixed(1)}%"></span></td><td>${ratio.toFixed(1)}× <small>${cpu} µs</small></td></tr>`,
  )
  return `<table class="chart"><caption>Server CPU per request, for the same list of 20 rows behind a token (${date})</caption><thead><tr><th scope="col">Framework</th><th scope="col">Share of the most</th><th scope="col">Multiple of Plinth’s</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>`
}
