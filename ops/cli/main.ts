// The entry of the command line: finds the command, runs it, prints its outcome, and ends with its exit code.

import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { nearestName } from '../../schemas/nearest-name.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { Command, Outcome } from './command.ts'
import { failureOf, failureText } from './failure.ts'
import { commandHelp, overview } from './help.ts'
import { parseCall } from './parse-call.ts'
import { openProgress, type Progress } from './progress.ts'
import { COMMANDS } from './registry.ts'

enableCompileCache()
let progress: Progress | undefined
endOnSignals()
const args = process.argv.slice(2)
try {
  process.exitCode = await runCommandLine(args)
} catch (error) {
  process.exitCode = fail(error)
}
// A timer that a strategy left running would keep the process alive for ever.
process.stdout.write('', () => process.exit())

async function runCommandLine([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return print(overview())
  if (name === '--version') return print(`${version()}\n`)
  const command = await findCommand(name)
  if (rest.includes('--help') || rest.includes('-h')) return print(commandHelp(command))
  const call = parseCall(command, rest)
  progress = await openProgress(process.stderr)
  const outcome = await command.run({ ...call, progress })
  progress.stop()
  print(call.flag('json') ? json(outcome) : outcome.text)
  return outcome.exit_code ?? 0
}

async function findCommand(name: string): Promise<Command> {
  const entry = COMMANDS.find((candidate) => candidate.name === name)
  if (entry !== undefined) return (await entry.load()).command
  const names = COMMANDS.map((candidate) => candidate.name)
  const likely = nearestName(name, names)
  throw new OperatingError({
    code: name.startsWith('-') ? 'cli.unknown_option' : 'cli.unknown_command',
    reason: 'usage',
    what: name.startsWith('-')
      ? `There is no option ${name} before a command.`
      : `There is no command "${name}".`,
    remedy: likely === undefined ? `Its commands: ${names.join(', ')}.` : `Did you mean orrery ${likely}?`,
  })
}

function json(outcome: Outcome): string {
  return `${JSON.stringify(outcome.json, null, 2)}\n`
}

function fail(error: unknown): number {
  progress?.stop()
  const failure = failureOf(error)
  // The flag is looked for in the raw arguments, since they may be what cannot be parsed.
  if (args.includes('--json')) print(json({ json: { error: failure }, text: '' }))
  else process.stderr.write(failureText(failure))
  return failure.exit_code
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return String((manifest as { version: unknown }).version)
}

/**
 * A stop is safe anywhere: what is not durable was never acknowledged. The process ends by the signal itself, as a
 * shell expects, and not by an exit, which would tear the embedded engine down in the middle of a call.
 */
function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      progress?.stop()
      process.stderr.write(`\nInterrupted by ${signal}.\n`)
      process.kill(process.pid, signal)
    })
  }
  // Whoever reads our output has had enough of it (`orrery data | head`): that is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  // Rejections that nobody handles come here, too.
  process.on('uncaughtException', (error) => process.exit(fail(error)))
}
