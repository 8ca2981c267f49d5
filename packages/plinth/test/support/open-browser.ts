import { chromium, type Browser } from 'playwright-core'
import { pathOf } from './external-programs.ts'

/** Milliseconds. A busy machine may take longer than the default of 30 seconds. */
const timeout = 180_000

/** Starts a browser without a window. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: pathOf('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    timeout,
  })
  return browser.on('context', (context) => context.setDefaultTimeout(timeout))
}
