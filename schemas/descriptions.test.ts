import { expect, test } from 'vitest'
import { BacktestResult } from './backtest-result.ts'
import { Config } from './config/config.ts'
import { RUN_FILES } from './run-files.ts'

type Schema = Readonly<Record<string, unknown>>

/** Paths of fields without a description. The words of a word list and the types of a value need none of their own. */
function undescribed(schema: Schema, path: string): string[] {
  const own = typeof schema['description'] === 'string' && schema['description'].length > 3 ? [] : [path]
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
  const below = properties.flatMap(([key, property]) => undescribed(property, `${path}.${key}`))
  const item = schema['items'] === undefined ? [] : undescribed(schema['items'] as Schema, `${path}[]`)
  const variants = ((schema['anyOf'] ?? []) as Schema[]).filter(
    (variant) => variant['properties'] !== undefined,
  )
  const within = variants.flatMap((variant, index) => undescribed(variant, `${path}|${index}`))
  return [...own, ...below, ...item, ...within]
}

test('every field of the backtest result is described', () => {
  expect(undescribed(BacktestResult as unknown as Schema, 'result')).toEqual([])
})

test.each(Object.entries(RUN_FILES))('every column of %s is described', (name, schema) => {
  expect(undescribed(schema as unknown as Schema, name)).toEqual([])
})

test('a field without a description is found', () => {
  const schema = {
    description: 'A thing.',
    properties: { a: { description: 'A field.' }, b: { type: 'string' } },
  }
  expect(undescribed(schema, 'thing')).toEqual(['thing.b'])
})

test('the backtest result has the fields of the contract, in its order', () => {
  expect(Object.keys(BacktestResult.properties)).toEqual([
    'contract_version',
    'run_id',
    'seed',
    'build',
    'config_hash',
    'strategy_hash',
    'data_hash',
    'output_hash',
    'state_hash',
    'data',
    'orders',
    'fills',
    'positions_closed',
    'venues',
    'accounts',
    'equity',
    'pnl',
    'statistics',
    'timing',
  ])
})

test('every field of the configuration outside instrument definitions is described', () => {
  const { instruments: _, ...properties } = Config.properties
  expect(undescribed({ ...Config, properties } as unknown as Schema, 'config')).toEqual([])
})
