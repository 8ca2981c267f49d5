import { chromium, type Browser } from 'playwright-core'
import { pathOf } from './external-programs.ts'

/** Starts a browser without a window. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: pathOf('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    // a busy machine may take longer than the default of 30 seconds
    timeout: 180_000,
  })
