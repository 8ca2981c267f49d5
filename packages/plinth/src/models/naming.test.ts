import { describe, expect, it } from 'vitest'
import { componentName, constraintName, singular, snakeCase } from './naming.ts'

describe('generated names', () => {
  it.each([
    ['dueAt', 'due_at'],
    ['userID', 'user_id'],
    ['HTMLBody', 'html_body'],
    ['line2', 'line2'],
    ['due_at', 'due_at'],
  ])('of columns are in snake_case: %s, %s', (field, column) => {
    expect(snakeCase(field)).toBe(column)
  })

  it.each([
    ['tasks', 'task'],
    ['categories', 'category'],
    ['addresses', 'address'],
    ['boxes', 'box'],
    ['branches', 'branch'],
    ['houses', 'house'],
    ['heroes', 'hero'],
    ['shoes', 'shoe'],
    ['statuses', 'status'],
    ['status', 'status'],
    ['people', 'person'],
    ['movies', 'movie'],
    ['news', 'news'],
    ['series', 'series'],
    ['analysis', 'analysis'],
    ['user', 'user'],
  ])('of components are singular: %s, %s', (plural, one) => {
    expect(singular(plural)).toBe(one)
  })

  it.each([
    ['tasks', 'Task'],
    ['task_tags', 'TaskTag'],
    ['newsItems', 'NewsItem'],
    ['app.tasks', 'AppTask'],
  ])('of components are in PascalCase: %s, %s', (table, name) => {
    expect(componentName(table)).toBe(name)
  })

  it('of constraints fit the limit of Postgres, and stay unique', () => {
    expect(constraintName('tasks', 'due_at', 'min')).toBe('tasks_due_at_min')
    const long = constraintName('ü'.repeat(40), 'a', 'min')
    const other = constraintName('ü'.repeat(40), 'b', 'min')
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(63)
    expect(long).toMatch(/_min$/)
    expect(long).not.toContain('\uFFFD')
    expect(long).not.toBe(other)
  })
})
