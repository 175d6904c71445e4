// A folder with a small store, strategies and configurations to break, and what every refused command must look like.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { type CliOptions, runCli } from './run-cli.test-support.ts'

export type Refusal = {
  readonly exit_code: number
  readonly code: string
  readonly what: string
  readonly where: string | null
  readonly remedy: string
  readonly problems?: readonly unknown[]
}

const CONFIG = `session: bad
seed: 1
journal: { directory: ./runs }
data:
  store: ./ticks
  from: 2024-01-01
  to: 2024-01-02
  sources:
    - { venue: gen, kind: quote, instruments: [EURUSD] }
venues:
  - id: gen
    latency: { submit_us: 0, report_us: 0 }
accounts:
  - id: main
    venues: [gen]
    currency: USD
    balance: 100000
    leverage_max: 20
    risk:
      order_quantity_max: 100000
      order_notional_max: 200000
      position_quantity_max: 100000
      order_rate: { orders_max: 1000000 }
strategies:
  - id: s
    source: NAME.ts#s
    account: main
    instruments: [EURUSD.gen]
`

/** The line of a strategy's file where its handlers start. */
export const HANDLER_LINE = 9

function strategyText(handlers: string): string {
  return `import { defineStrategy, Type } from 'orrery'

const order = { instrument: 'EURUSD.gen', side: 'buy', quantity_units: 1_000 } as const

export const s = defineStrategy({
  name: 's',
  params: Type.Object({ quantity: Type.String({ default: '1000' }) }),
  state: () => ({ count: 0, levels: [1] }),
  ${handlers}
})
`
}

/** Makes the folder for the tests of one file: 5,000 quotes of EURUSD.gen, and removes it after them. */
export function useBadInputFolder(): { readonly path: string; file(name: string): string } {
  const path = mkdtempSync(join(tmpdir(), 'orrery-bad-input-'))
  beforeAll(() => {
    const made = ['--instrument', 'EURUSD.gen', '--rows', '5_000', '--gap-us', '2_000_000']
    expect(runCli(['generate', '--store', join(path, 'ticks'), ...made]).exit_code).toBe(0)
  })
  afterAll(() => rmSync(path, { recursive: true }))
  return { path, file: (name) => join(path, name) }
}

/** Writes a strategy with these handlers and a configuration that runs it; returns the configuration's path. */
export function writeSession(folder: string, name: string, handlers: string): string {
  writeFileSync(join(folder, `${name}.ts`), strategyText(handlers))
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, CONFIG.replace('NAME', name))
  return path
}

/** Replaces what stands once in a file. */
export function edit(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8')
  expect(text.split(from)).toHaveLength(2)
  writeFileSync(path, text.replace(from, to))
}

/** Runs a command that must fail the way a script can read, and returns what it says. */
export function refusal(args: readonly string[], options: CliOptions = {}): Refusal {
  const { exit_code, stdout, stderr } = runCli([...args, '--json'], options)
  const printed = JSON.parse(stdout) as { error: Refusal }
  expect(Object.keys(printed)).toEqual(['error'])
  const { error } = printed
  expect(exit_code).toBe(error.exit_code)
  expect(stdout + stderr).not.toMatch(/\n {4}at |output_hash|Warning/)
  expect(error.what).toMatch(/\S/)
  expect(error.remedy).toMatch(/\S/)
  return error
}

/** The one problem a refused configuration has. */
export function configProblem(args: readonly string[]): unknown {
  const { problems = [], ...error } = refusal(args)
  expect(error).toMatchObject({
    exit_code: 2,
    code: 'config.invalid',
    remedy: 'Nothing was run; correct the configuration and try again.',
  })
  expect(problems).toHaveLength(1)
  return must(problems[0], 'it has one')
}
