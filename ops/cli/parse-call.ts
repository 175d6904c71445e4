// Arguments and flags of one command. Unknown ones are refused with the likely one.

import { parseArgs } from 'node:util'
import { nearestName } from '../../schemas/nearest-name.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import type { Call, Command, Option } from './command.ts'

/** Flags every command has. */
export const GLOBAL_OPTIONS: Readonly<Record<string, Option>> = {
  json: { type: 'boolean', description: 'Print one JSON value on stdout, errors too.' },
  help: { type: 'boolean', description: 'Show this help.' },
}

export function parseCall(command: Command, args: readonly string[]): Omit<Call, 'progress'> {
  const options = { ...GLOBAL_OPTIONS, ...command.options }
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type }]) => [name, { type, multiple: true }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const value = checkOption(command, token, options)
    values.set(token.name, [...(values.get(token.name) ?? []), value])
  }
  for (const [name, given] of values) {
    if (given.length > 1 && options[name]?.type === 'string' && options[name].multiple !== true) {
      throw usage(
        command,
        'cli.repeated_option',
        `--${name} is given ${given.length} times.`,
        'Give it once.',
      )
    }
  }
  const alone = Object.keys(command.options).some((name) => command.options[name]?.alone && values.has(name))
  checkCount(command, positionals, alone)
  return {
    arguments: positionals,
    text: (option) => values.get(option)?.at(-1),
    texts: (option) => values.get(option) ?? [],
    flag: (option) => values.has(option),
  }
}

type OptionToken = { readonly name: string; readonly rawName: string; readonly value?: string | undefined }

function checkOption(
  command: Command,
  token: OptionToken,
  options: Readonly<Record<string, Option>>,
): string {
  const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
  if (option === undefined) {
    const likely = nearestName(token.name, Object.keys(options))
    const remedy =
      likely === undefined
        ? `Its options: ${Object.keys(options)
            .map((name) => `--${name}`)
            .join(', ')}.`
        : `Did you mean --${likely}?`
    throw usage(command, 'cli.unknown_option', `${command.name} has no option ${token.rawName}.`, remedy)
  }
  if (option.type === 'boolean' && token.value !== undefined) {
    throw usage(
      command,
      'cli.surplus_value',
      `--${token.name} takes no value.`,
      `Write --${token.name} alone.`,
    )
  }
  if (option.type === 'string' && token.value === undefined) {
    throw usage(
      command,
      'cli.missing_value',
      `--${token.name} wants a value.`,
      `Write --${token.name} ${option.value ?? 'VALUE'}.`,
    )
  }
  return token.value ?? ''
}

function checkCount(command: Command, given: readonly string[], alone: boolean): void {
  if (given.length < command.arguments_min && !alone) {
    throw usage(
      command,
      'cli.missing_argument',
      `${command.name} wants ${command.usage}.`,
      `See orrery ${command.name} --help.`,
    )
  }
  const surplus = given[command.arguments_max]
  if (surplus === undefined) return
  throw usage(
    command,
    'cli.surplus_argument',
    `${command.name} has no place for "${surplus}".`,
    `See orrery ${command.name} --help.`,
  )
}

function usage(command: Command, code: string, what: string, remedy: string): OperatingError {
  return new OperatingError({ code, reason: 'usage', what, where: `orrery ${command.name}`, remedy })
}
