import { expect, it } from 'vitest'
import { agentsFindings } from './check-agents.ts'

const block = (version: string) =>
  `# Mine\n\n<!-- BEGIN:plinth ${version} -->\n<!-- END:plinth -->\n`

it.each([
  ['0.1.0', '0.2.0', 'warning'],
  ['0.9.0', '0.10.0', 'warning'],
  ['1.2.3', '1.2.4', 'warning'],
  ['0.1.0', '0.1.0', 'ok'],
  ['0.2.0', '0.1.9', 'ok'],
  ['1.0.0-rc.1', '1.0.0', 'ok'],
])(
  'rules of version %s in a service that uses %s are a finding of level %s',
  (theirs, own, level) => {
    expect(agentsFindings(block(theirs), own)).toEqual([
      expect.objectContaining({ id: 'agents-outdated', level }),
    ])
  },
)

it('an AGENTS.md without the block of Plinth is not a finding', () => {
  expect(agentsFindings('# Mine\n', '0.1.0')).toEqual([])
})
