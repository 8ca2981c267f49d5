import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A shell that stays open, so that a variable of one command is there in the next. */
export interface Shell extends AsyncDisposable {
  /** Runs a command, and resolves with what it printed to both outputs. */
  run(command: string): Promise<string>
}

/** Opens a bash in a folder. */
export function openShell(folder: string, env: NodeJS.ProcessEnv): Shell {
  const child = spawn('bash', ['--norc'], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  let heard: () => void = () => {}
  // one pipe for both outputs, so that their lines keep their order
  child.stdin.write('exec 2>&1\n')
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (part: string) => {
      said += part
      heard()
    })
  const ended = once(child, 'close')
  let count = 0
  return {
    run: async (command) => {
      const end = `--- end of ${++count} ---\n`
      said = ''
      child.stdin.write(`${command}\nprintf '%s\\n' '${end.trim()}'\n`)
      while (!said.includes(end)) {
        const { promise, resolve } = Promise.withResolvers<void>()
        heard = resolve
        await Promise.race([
          promise,
          ended.then(() => Promise.reject(new Error(`bash ended:\n${said}`))),
        ])
      }
      return said.replace(end, '')
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}
