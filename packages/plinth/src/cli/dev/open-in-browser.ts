import { spawn } from 'node:child_process'

/** The program that opens a URL, and its arguments before it. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/**
 * Opens a URL in the browser of the person at this machine.
 *
 * @returns false if there is no browser: no such program, or it failed
 */
export function openInBrowser(url: string): Promise<boolean> {
  const [program = 'xdg-open', ...args] = openers[process.platform] ?? []
  return new Promise((resolve) => {
    const opening = spawn(program, [...args, url], { stdio: 'ignore', detached: true })
    opening.once('error', () => resolve(false))
    // A browser that the program itself becomes stays open.
    opening.once('exit', (code) => resolve(code === 0))
    opening.unref()
  })
}
