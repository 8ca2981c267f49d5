import { signedIn } from '../../src/server/session.ts'
import { TaskBoard } from '../../src/tasks/task-board.tsx'

export default async function TasksPage() {
  // layouts persist across navigation, so each page checks the session itself
  await signedIn()
  return <TaskBoard />
}
