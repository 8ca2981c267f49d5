import type { Metadata } from 'next'
import { LabelSection } from '../../../src/labels/label-section.tsx'
import { signedIn } from '../../../src/server/session.ts'

export const metadata: Metadata = { title: 'Projects and tags' }

export default async function LabelsPage() {
  await signedIn()
  return (
    <>
      <h1>Projects and tags</h1>
      <div className="columns">
        <LabelSection kind="project" />
        <LabelSection kind="tag" />
      </div>
    </>
  )
}
