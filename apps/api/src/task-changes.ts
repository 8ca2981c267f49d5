import { channel } from 'plinth'
import * as z from 'zod'

/** Tells the windows of a user, by the id of the user, that tasks have changed. */
export const taskChanges = channel('task changes', z.null())
