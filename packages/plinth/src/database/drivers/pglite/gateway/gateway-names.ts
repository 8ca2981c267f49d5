/** The setting in the `options` of a connection with which a client keeps the session until it disconnects. */
export const holdOption = 'plinth.hold'

/** The user and the database of every embedded database. */
export const embeddedName = 'postgres'
