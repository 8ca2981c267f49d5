export { ownerPolicy } from '../../models/owner-policy.ts'
export { ownedSession } from './owned-session.ts'
export { checkRows, protectRows, type Tables } from './protect-rows.ts'
