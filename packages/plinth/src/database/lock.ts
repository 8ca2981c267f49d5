export { lockDirectory } from './drivers/directory-lock.ts'
