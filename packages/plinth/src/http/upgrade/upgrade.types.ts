/** The connection of an open socket, by the runtime that has upgraded it. */
export interface SocketTransport {
  /**
   * Sends a text message.
   *
   * @returns `false` if the client is slow: `onDrain` follows when it has read on
   */
  send(text: string): boolean
  ping(): void
  /** Reads nothing more, so that TCP holds the client back. */
  pause(): void
  resume(): void
  /** Sends a close frame, and disconnects a client that does not answer it. */
  close(code: number, reason: string): void
  /** Disconnects without a close frame. */
  terminate(): void
}

/** A socket whose handshake the app has accepted. A transport opens it, and tells it of everything that arrives. */
export interface AcceptedSocket {
  /** Bytes of one message from the client. */
  readonly mostBytes: number
  /** Bytes that may wait for a slow client. */
  readonly mostWaiting: number
  /** Starts the handler. */
  open(transport: SocketTransport): void
  /**
   * Closes what the handshake has opened, because the upgrade did not come about.
   *
   * @param status - the status that was sent instead, for the access log
   */
  refuse(status: number): void
  onText(bytes: Uint8Array): void
  onBinary(): void
  /** A ping of the client. */
  onPing(): void
  onPong(): void
  /** The client has read what waited for it. */
  onDrain(): void
  /** @param code - the close code; 1006 if the client has disconnected without one */
  onClose(code: number): void
}

/** The handshake of a socket: a request that its server can upgrade. */
export interface Upgrade {
  /** Set by the app if it accepts the handshake. Its response has the status 101 then. */
  accepted: AcceptedSocket | undefined
}
