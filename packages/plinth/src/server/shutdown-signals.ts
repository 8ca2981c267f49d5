/** The signals that start a graceful shutdown. */
export const shutdownSignals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const
