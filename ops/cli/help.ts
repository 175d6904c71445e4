// The help pages.

import { EXIT_CODE } from '../../schemas/operating-error.ts'
import { alignedRows } from '../text/table.ts'
import type { Command, Example, Option } from './command.ts'
import { GLOBAL_OPTIONS } from './parse-call.ts'
import { COMMANDS } from './registry.ts'

const EXAMPLES: readonly Example[] = [
  { line: 'orrery demo', what: 'watch a strategy trade a generated history; no account, no server' },
  { line: 'orrery import data/forex --store ./data/ticks', what: 'bring ticks into the store' },
  { line: 'orrery backtest ema.yaml --out runs/ema', what: 'run a strategy over them' },
  { line: 'orrery verify runs/ema', what: 'prove that the run comes out the same again' },
]

const EXIT_CODES: Readonly<Record<keyof typeof EXIT_CODE, string>> = {
  done: 'done',
  bug: 'a bug in orrery',
  usage: 'wrong usage or configuration; nothing was run',
  data: 'data that cannot be used',
  mismatch: 'a run that did not come out the same again',
  unavailable: 'an outside service or file not available, or held by another process',
  strategy: 'a fault of the strategy',
}

export function overview(): string {
  return [
    'Orrery: trade live, on paper and over history with the same actors, and re-run any session bit for bit.',
    '',
    'Usage: orrery COMMAND [ARGUMENTS] [OPTIONS]',
    '',
    'Commands:',
    ...table(COMMANDS.map(({ name, summary }) => [name, summary])),
    '',
    'Options of every command:',
    ...table([...optionRows(GLOBAL_OPTIONS), ['--version', 'Print the version (without a command).']]),
    '',
    ...examples(EXAMPLES),
    '',
    'Exit codes:',
    ...table(
      Object.entries(EXIT_CODES).map(([name, text]) => [
        String(EXIT_CODE[name as keyof typeof EXIT_CODE]),
        text,
      ]),
    ),
    '',
    'orrery COMMAND --help says more about a command.',
    '',
  ].join('\n')
}

export function commandHelp(command: Command): string {
  const usage = ['orrery', command.name, command.usage, '[OPTIONS]'].filter((part) => part !== '').join(' ')
  return [
    command.summary,
    '',
    `Usage: ${usage}`,
    '',
    command.description.trim(),
    '',
    'Options:',
    ...table(optionRows({ ...command.options, ...GLOBAL_OPTIONS })),
    '',
    ...examples(command.examples),
    '',
  ].join('\n')
}

function optionRows(options: Readonly<Record<string, Option>>): string[][] {
  return Object.entries(options).map(([name, option]) => [
    option.value === undefined ? `--${name}` : `--${name} ${option.value}`,
    option.multiple === true ? `${option.description} May be given again.` : option.description,
  ])
}

function examples(list: readonly Example[]): string[] {
  return ['Examples:', ...list.flatMap(({ line, what }) => [`  ${line}`, `      ${what}`])]
}

function table(rows: readonly (readonly string[])[]): string[] {
  return alignedRows(rows).map((line) => `  ${line}`)
}
