import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import Value from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { Config } from '../../schemas/config/config.ts'
import { LiveConfig } from '../../schemas/config/live-config.ts'
import { ConfigError } from './config-problem.ts'
import { RIGHT_CONFIG } from './config-text.test-support.ts'
import { type LoadedConfig, loadConfig, parseConfig } from './load-config.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orrery-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

function parse(text: string, set: string[] = [], environment = {}): Promise<LoadedConfig> {
  return parseConfig({ text, file: 'x.yaml', base_directory: '/base', set, environment })
}

/** The lines of the problems, without indentation. */
async function problems(text: string, set: string[] = []): Promise<string[]> {
  const error: unknown = await parse(text, set).catch((reason) => reason)
  if (!(error instanceof ConfigError)) throw error
  expect(error.exitCode).toBe(2)
  return error.what
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
}

function broken(from: string, to: string): string {
  expect(RIGHT_CONFIG).toContain(from)
  return RIGHT_CONFIG.replace(from, to)
}

test('a right file loads complete, in normal form, with absolute folders', async () => {
  const { config, base_directory } = await parse(RIGHT_CONFIG)
  expect(config).toEqual({
    session: 'demo',
    seed: 7,
    durability: 'deferred',
    journal: { directory: '/base/runs' },
    data: {
      store: '/base/ticks',
      from: '2014-05-07T00:00:00.000000Z',
      to: '2014-05-09T00:00:00.000000Z',
      sources: [{ venue: 'fxcm', instruments: ['EURUSD', 'NZDUSD'], kind: 'quote' }],
    },
    venues: [
      {
        id: 'fxcm',
        latency: { submit_us: 5000, report_us: 0 },
        commission: { basis_points: '0.2' },
        displayed_quantity_default: '1000000',
        market_data: { stale_after_us: 60_000_000 },
      },
    ],
    accounts: [
      {
        id: 'main',
        venues: ['fxcm'],
        currency: 'USD',
        balance: '100000',
        leverage_max: '20',
        conversion_rates: {},
        risk: {
          order_quantity_max: '100000',
          order_notional_max: '200000',
          position_quantity_max: '100000',
          price_collar_basis_points: '300',
          order_rate: { orders_max: 5, window_us: 1_000_000 },
        },
      },
    ],
    strategies: [
      {
        id: 'ema',
        source: 'strategies/ema.ts#emaCross',
        account: 'main',
        instruments: ['EURUSD.fxcm'],
        params: { fast: 10, slow: 20 },
      },
    ],
    bus_credentials: '/base/nats/credentials',
    live: Value.Default(LiveConfig, {}),
    bars: {},
    limits: { step_messages_max: 10_000, instant_inputs_max: 1_000, order_retention: 10_000 },
    instruments: [],
  })
  expect(base_directory).toBe('/base')
})

test('a normalised configuration loads again from its own JSON, unchanged and with the same hash', async () => {
  const first = await parse(RIGHT_CONFIG)
  const second = await parse(JSON.stringify(first.config))
  expect(second.config).toEqual(first.config)
  expect(second.config_hash).toBe(first.config_hash)
})

test('the hash sees decisions, and neither spelling, key order, folders nor secrets', async () => {
  const { config_hash } = await parse(RIGHT_CONFIG)
  const same = [
    broken('balance: 100000', 'balance: "100000.00"'),
    broken('{slow: 20, fast: 10}', '{fast: 10, slow: 20}'),
    broken('store: ./ticks', 'store: /elsewhere'),
    broken('directory: ./runs', 'directory: /elsewhere'),
    broken('strategies/ema.ts', '/elsewhere/ema.ts'),
    broken('seed: 7', 'seed: 7\nbus: nats://127.0.0.1:4222\nlive: {on_stop: keep}'),
    broken('- id: fxcm', '- id: fxcm\n    credentials: {api_key: "env:KEY"}'),
  ]
  for (const text of same) expect((await parse(text, [], { KEY: 'k' })).config_hash).toBe(config_hash)
  const other = [
    'seed=8',
    'strategies.ema.params.fast=11',
    'venues.fxcm.latency.report_us=1',
    'data.to=2014-05-10',
    'bars.close_delay_us=1',
  ]
  const hashes = await Promise.all(other.map(async (set) => (await parse(RIGHT_CONFIG, [set])).config_hash))
  expect(new Set([config_hash, ...hashes]).size).toBe(other.length + 1)
})

test('overrides replace, add and go by id or index, in their order', async () => {
  const set = [
    'seed=1',
    'seed=2',
    'accounts.main.balance=0.50',
    'strategies[0].params.x.y=[1]',
    'limits.order_retention=5',
  ]
  const { config } = await parse(RIGHT_CONFIG, set)
  expect(config.seed).toBe(2)
  expect(config.accounts[0]?.balance).toBe('0.5')
  expect(config.strategies[0]?.params).toEqual({ fast: 10, slow: 20, x: { y: [1] } })
  expect(config.limits.order_retention).toBe(5)
})

const FAULTS: readonly [name: string, from: string, to: string, problem: string][] = [
  ['a misspelt key', 'seed: 7', 'sede: 7', 'x.yaml:2:1: sede: the key sede is unknown. Did you mean seed?'],
  [
    'a key named like an inherited property',
    'seed: 7',
    'constructor: 7',
    'x.yaml:2:1: constructor: the key constructor is unknown. Known here: session, seed, durability, bus, bus_credentials, bus_tls_ca, live, journal, data, calendars, venues, accounts, strategies, nodes, bars, limits, instruments.',
  ],
  [
    'a key with another unit',
    'submit_us: 5000',
    'submit_ms: 5',
    'x.yaml:12:15: venues[0].latency.submit_ms: the key submit_ms has the wrong unit: it is submit_us here. Write submit_us: 5000.',
  ],
  [
    'a value with a unit',
    'submit_us: 5000',
    'submit_us: 5ms',
    'x.yaml:12:26: venues[0].latency.submit_us: a whole number is wanted, not "5ms". Write microseconds without a unit: submit_us: 5000.',
  ],
  [
    'digits with separators',
    'submit_us: 5000',
    'submit_us: 5_000',
    'x.yaml:12:26: venues[0].latency.submit_us: a whole number is wanted, not "5_000". Write submit_us: 5000.',
  ],
  [
    'a negative time',
    'submit_us: 5000',
    'submit_us: -1',
    'x.yaml:12:26: venues[0].latency.submit_us: -1 is out of range. Write a whole number of at least 0.',
  ],
  [
    'a fraction for an integer',
    'seed: 7',
    'seed: 0.5',
    'x.yaml:2:7: seed: a whole number is wanted, not 0.5. Write digits only.',
  ],
  [
    'a word that is none of the words',
    'kind: quote',
    'kind: quotes',
    'x.yaml:9:27: data.sources[0].kind: "quotes" is not one of its values. Write quote or trade or book_level or book_order or bar.',
  ],
  [
    'a bar source without its interval',
    'kind: quote',
    'kind: bar, price_type: bid',
    'x.yaml:9:7: data.sources[0].interval_us: this key is missing. Length of a bar in microseconds: 60000000 is a minute.',
  ],
  [
    'a text for a list',
    'instruments: [EURUSD.fxcm]',
    'instruments: EURUSD.fxcm',
    'x.yaml:28:18: strategies[0].instruments: a list is wanted. Write [EURUSD.fxcm].',
  ],
  [
    'a text for a number',
    'balance: 100000',
    'balance: lots',
    'x.yaml:18:14: accounts[0].balance: "lots" is not of the right form. Write a decimal such as 2500 or 0.25, without a sign, with at most 8 digits after the point.',
  ],
  [
    'money below nothing',
    'balance: 100000',
    'balance: -100000',
    'x.yaml:18:14: accounts[0].balance: -100000 is out of range. Write a decimal of at least 0 and less than 1000000000000000.',
  ],
  [
    'no leverage at all',
    'leverage_max: "20"',
    'leverage_max: 0',
    'x.yaml:19:19: accounts[0].leverage_max: 0 is out of range. Write a decimal of more than 0 and less than 1000000000000000.',
  ],
  [
    'a quantity beyond what can be counted',
    'balance: 100000',
    'balance: 1000000000000000',
    'x.yaml:18:14: accounts[0].balance: 1000000000000000 is out of range. Write a decimal of at least 0 and less than 1000000000000000.',
  ],
  [
    'a chance above certainty',
    '- id: fxcm\n',
    '- id: fxcm\n    simulation: {fills: {model: participation, participation_max: 1.5}}\n',
    'x.yaml:12:67: venues[0].simulation.fills.participation_max: 1.5 is out of range. Write a decimal of at least 0 and at most 1.',
  ],
  [
    'a chance finer than one can be',
    '- id: fxcm\n',
    '- id: fxcm\n    simulation: {fills: {model: participation, participation_max: 0.1234567}}\n',
    'x.yaml:12:67: venues[0].simulation.fills.participation_max: "0.1234567" is not of the right form. Write a decimal such as 2500 or 0.25, without a sign, with at most 6 digits after the point.',
  ],
  [
    'a day that does not exist',
    'from: 2014-05-07',
    'from: 2014-02-30',
    'x.yaml:6:9: data.from: 2014-02-30 is no instant that exists. Write a date from 1970 to 2255.',
  ],
  [
    'a history that ends before it begins',
    'from: 2014-05-07',
    'from: 2015-05-07',
    'x.yaml:7:7: data.to: the history ends at 2014-05-09T00:00:00.000000Z, not after its start. Write a time after 2015-05-07T00:00:00.000000Z.',
  ],
  [
    'a parameter that is not finite',
    'slow: 20',
    'slow: .nan',
    'x.yaml:29:20: strategies[0].params.slow: a number that is finite is wanted.',
  ],
  [
    'an account that is not there',
    'account: main',
    'account: mian',
    'x.yaml:27:14: strategies[0].account: the account mian is unknown. Did you mean main?',
  ],
  [
    'a venue that is not there',
    'venues: [fxcm]',
    'venues: [fxmc]',
    'x.yaml:16:14: accounts[0].venues[0]: the venue fxmc is unknown. Did you mean fxcm?',
  ],
  [
    'an instrument nobody defines',
    '[EURUSD, NZDUSD]',
    '[EURUSD, NZDUSX]',
    'x.yaml:9:56: data.sources[0].instruments[1]: the instrument NZDUSX.fxcm is unknown. Did you mean NZDUSD.fxcm?',
  ],
  [
    'a series read twice',
    '[EURUSD, NZDUSD]',
    '[EURUSD, EURUSD]',
    'x.yaml:9:56: data.sources[0].instruments[1]: EURUSD.fxcm is read twice. Name each series in one source.',
  ],
  [
    'an instrument of a strategy named twice',
    'instruments: [EURUSD.fxcm]',
    'instruments: [EURUSD.fxcm, EURUSD.fxcm]',
    'x.yaml:28:32: strategies[0].instruments[1]: EURUSD.fxcm is named twice. Name it once.',
  ],
  [
    'a venue of an account named twice',
    'venues: [fxcm]',
    'venues: [fxcm, fxcm]',
    'x.yaml:16:20: accounts[0].venues[1]: fxcm is named twice. Name it once.',
  ],
  [
    'two feeds of one venue',
    'strategies:\n',
    'live: { feeds: [{ venue: fxcm, kind: generator }, { venue: fxcm, kind: history }] }\nstrategies:\n',
    'x.yaml:24:60: live.feeds[1].venue: fxcm has two feeds. Keep one of them.',
  ],
  [
    'a strategy on data nobody reads',
    'instruments: [EURUSD.fxcm]',
    'instruments: [GBPUSD.fxcm]',
    'x.yaml:28:19: strategies[0].instruments[0]: no source of the history reads GBPUSD.fxcm. Add it to data.sources.',
  ],
  [
    'a currency without a rate',
    'currency: USD',
    'currency: EUR',
    'x.yaml:15:5: accounts[0].conversion_rates: there is no rate for USD, the currency of the price of EURUSD.fxcm. Write USD: its worth in EUR.',
  ],
  [
    'a halt of an instrument that the venue has not',
    '- id: fxcm\n',
    '- id: fxcm\n    simulation: {halts: [{instrument: EURUSS.fxcm, from: 2014-05-07, to: 2014-05-08}]}\n',
    'x.yaml:12:39: venues[0].simulation.halts[0].instrument: the instrument EURUSS.fxcm is unknown. Did you mean EURUSD.fxcm?',
  ],
  [
    'names too long for client order ids',
    '- id: ema',
    '- id: ema-cross-long',
    'x.yaml:25:9: strategies[0].id: the names "demo" and "ema-cross-long" together are too long for client order ids. Shorten them to 15 characters in all: <session>-<epoch>-<strategy>-<counter> has 32 at most.',
  ],
  [
    'a secret written out',
    '- id: fxcm',
    '- id: fxcm\n    credentials: {api_key: hunter2}',
    'x.yaml:12:28: venues[0].credentials.api_key: what stands here is not of the right form. env:NAME of a variable or file:PATH of a file that holds the secret.',
  ],
  [
    'a key given twice',
    'seed: 7',
    'seed: 7\nseed: 8',
    'x.yaml:3:1: the file is not valid YAML: Map keys must be unique.',
  ],
]

test.each(FAULTS)('%s is reported with its place and what to write', async (_, from, to, problem) => {
  expect(await problems(broken(from, to))).toEqual([problem])
})

test('a key without a value, and values in a circle, are problems', async () => {
  expect(await problems(RIGHT_CONFIG.replace('{submit_us: 5000}', '{submit_us}'))).toEqual([
    'x.yaml:12:14: venues[0].latency.submit_us: a whole number is wanted, not nothing. Write microseconds, for example 5000 for five milliseconds.',
  ])
  expect(await problems(RIGHT_CONFIG.replace('{slow: 20, fast: 10}', '&a {slow: *a}'))).toHaveLength(1)
})

test('all problems are reported together', async () => {
  const text = broken('seed: 7', 'sede: 7')
    .replace('submit_us', 'submit_ms')
    .replace('account: main', 'account: mian')
  expect((await problems(text)).map((problem) => problem.split(': ')[1])).toEqual([
    'sede',
    'venues[0].latency.submit_ms',
    'strategies[0].account',
  ])
})

test('an empty file and a file that is no map are refused', async () => {
  expect(await problems('')).toEqual(['x.yaml:1:1: the file is empty.'])
  expect(await problems('- 1')).toHaveLength(1)
})

test('a problem that came from the command line names its argument, without the value', async () => {
  expect(await problems(RIGHT_CONFIG, ['venues.fxcm.latncy.submit_us=5'])).toEqual([
    '--set venues.fxcm.latncy.submit_us: venues[0].latncy: the key latncy is unknown. Did you mean latency?',
  ])
  expect(await problems(RIGHT_CONFIG, ['seed'])).toHaveLength(1)
  expect(await problems(RIGHT_CONFIG, ['venues.oanda.id=x'])).toEqual([
    '--set venues.oanda.id: the list has no item "oanda". Name an item by its id, or by its index from 0.',
  ])
  const secret = await problems(RIGHT_CONFIG, ['venues.fxcm.credentials.api_key=hunter2'])
  expect(secret.join()).not.toContain('hunter2')
})

test('a secret is read through its reference, and printing shows nothing', async () => {
  await writeFile(join(folder, 'key.txt'), 'hunter2\n')
  await writeFile(
    join(folder, 'c.yaml'),
    broken('- id: fxcm', '- id: fxcm\n    credentials: {api_key: "file:key.txt"}'),
  )
  const loaded = await loadConfig({ path: join(folder, 'c.yaml'), set: [] })
  expect(loaded.secrets.get('fxcm.api_key')?.reveal()).toBe('hunter2')
  expect(
    `${inspect(loaded, { depth: 9 })}${JSON.stringify([...loaded.secrets])}${loaded.secrets.get('fxcm.api_key')}`,
  ).not.toContain('hunter2')
})

test('a secret whose reference leads nowhere is a problem', async () => {
  const text = broken('- id: fxcm', '- id: fxcm\n    credentials: {api_key: "env:NOT_THERE"}')
  expect(await problems(text)).toEqual([
    'x.yaml:12:28: venues[0].credentials.api_key: the environment variable NOT_THERE is not set.',
  ])
})

test('a file that is not there is named', async () => {
  const path = join(folder, 'absent.yaml')
  await expect(loadConfig({ path, set: [] })).rejects.toMatchObject({
    code: 'config.missing_file',
    reason: 'usage',
    where: path,
  })
})

test('a value put anywhere in a right file is either refused with its place or fits the schema', async () => {
  const { config } = await parse(RIGHT_CONFIG)
  const paths = leafPaths(config, [])
  const values = fc.oneof(fc.jsonValue(), fc.constantFrom(null, -1, 0.1, '', '1', 'x', [], {}, 1e300))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), values, async (path, value) => {
      const outcome: unknown = await parse(stringify(withValue(config, path, value))).catch(
        (reason) => reason,
      )
      if (outcome instanceof ConfigError)
        return outcome.problems.every((problem) => problem.where.startsWith('x.yaml:'))
      return Value.Check(Config, (outcome as LoadedConfig).config)
    }),
    { numRuns: 500 },
  )
})

type Path = readonly (string | number)[]

function leafPaths(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...entries.flatMap(([key, item]) => leafPaths(item, [...path, key]))]
}

function withValue(root: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value
  const copy = structuredClone(root) as Record<string | number, unknown>
  copy[key] = withValue(copy[key], rest, value)
  return copy
}
