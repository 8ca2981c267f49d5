import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { cpuOf, cpuOfTree, isMeasurable, usedBetween } from './process-usage.ts'

test.runIf(isMeasurable())(
  'CPU time is counted for the process that does the work, with all its threads',
  () => {
    const before = cpuOf(process.pid)
    const own = process.cpuUsage()
    let sum = 0
    while (process.cpuUsage(own).user < 50_000) sum += Math.sqrt(sum + 1)
    expect(cpuOf(process.pid) - before).toBeGreaterThan(40_000)
  },
)

test.runIf(isMeasurable())('child processes belong to the process tree', async () => {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'])
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve))
    expect(cpuOfTree(process.pid).get(child.pid ?? 0)).toBeGreaterThan(1000)
    expect(cpuOfTree(child.pid ?? 0).has(process.pid)).toBe(false)
  } finally {
    child.kill()
  }
})

test('a process that ended or started in between adds no negative time', () => {
  const before = new Map([
    [1, 100],
    [2, 9000],
  ])
  const after = new Map([
    [1, 150],
    [3, 30],
  ])
  expect(usedBetween(before, after)).toBe(80)
})
