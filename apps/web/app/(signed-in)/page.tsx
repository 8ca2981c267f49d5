import { signedIn } from '../../src/server/session.ts'
import { TaskBoard } from '../../src/tasks/task-board.tsx'

export default async function TasksPage() {
  // a layout is kept from page to page, so each page asks for itself
  await signedIn()
  return <TaskBoard />
}
