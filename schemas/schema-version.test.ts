import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { SCHEMA_VERSION } from './schema-version.ts'

/** What the schema version means, file by file. */
const PINNED = {
  version: 3,
  files: {
    'backtest-result.ts': '913a36013cfa740b',
    'config/account-config.ts': '35d4d5e4a38d6029',
    'config/calendar.ts': '51976ad7dd6589c8',
    'config/config.ts': '6e4738190ff7a28c',
    'config/data-config.ts': '12f4905fcd883c86',
    'config/latency.ts': '46d8049ba4e518cf',
    'config/live-config.ts': '0ab43a112ecd8f6b',
    'config/market-models.ts': 'a10b55cd6e98f018',
    'config/market-rules.ts': '79b365211e9f7028',
    'config/node-config.ts': 'ce4c836b34b84632',
    'config/simulation-config.ts': '12f20183a0625a1f',
    'config/strategy-config.ts': '627e4cc52f305a0f',
    'config/venue-config.ts': 'f2a3bacf07127828',
    'csv-book-mapping.ts': '74ad3530f9b47352',
    'csv-columns.ts': '7da28294789e5b98',
    'csv-mapping.ts': 'c0e980e75ed73154',
    'envelope.ts': '0107be755a60cafa',
    'instrument.ts': '8754cade5f114e17',
    'ledger-section.ts': 'b5d4d0e8a3c4d321',
    'messages/alert.ts': '6bb3dcab29665953',
    'messages/control.ts': 'c0fe1aefb2a84d85',
    'messages/feed.ts': '837ed5231a2a113a',
    'messages/market-wire.ts': 'c2febaf57bc2a80a',
    'messages/market.ts': '30a4704998f03028',
    'messages/node-message.ts': '244808c3168089b3',
    'messages/order-fact.ts': 'f83043dab8bd1f1e',
    'messages/order-terms.ts': '82207e00ed6c6838',
    'messages/order.ts': '3cea4188d99d93d1',
    'messages/reconciliation.ts': '8e97d73c64f4179b',
    'messages/risk.ts': '2e56bab36f23b6da',
    'messages/security-status.ts': '7570e82b3372dab7',
    'messages/venue.ts': '2e7bec3a5bfbae3e',
    'money.ts': '6dc769e0ff7a4048',
    'run-files.ts': '00b348e09783937a',
    'subjects.ts': 'f666b66e95971583',
  },
}

const WHAT_TO_DO = `A schema or a word list of the files below changed. What was written under version ${SCHEMA_VERSION} may
not be readable any more, so raise SCHEMA_VERSION in schemas/schema-version.ts, add its line of history there, and pin
the new hashes here. Only a version that nobody has written with yet may be pinned anew.`

test('the schemas are those of the schema version', async () => {
  expect({ version: SCHEMA_VERSION, files: await hashes() }, WHAT_TO_DO).toEqual(PINNED)
})

test('a changed limit, a new field and a word in another place change what is pinned; a description does not', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'integer', minimum: 1, description: 'A count.' } },
  }
  const pinned = JSON.stringify(withoutDescriptions(schema))
  const changed = (properties: object) => JSON.stringify(withoutDescriptions({ type: 'object', properties }))
  expect(changed({ a: { type: 'integer', minimum: 1, description: 'A number.' } })).toBe(pinned)
  expect(changed({ a: { type: 'integer', minimum: 2 } })).not.toBe(pinned)
  expect(changed({ a: { type: 'integer', minimum: 1 }, b: { type: 'string' } })).not.toBe(pinned)
  const written = [['buy', 'sell'], schema, { orders: schema }, { orders: schema, count: 8 }, 8]
  expect(written.map(isWrittenDown)).toEqual([true, true, true, false, false])
})

/** By file of this folder, the hash of every schema and word list it exports. Records hold the words' numbers. */
async function hashes(): Promise<{ [file: string]: string }> {
  const folder = new URL('.', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('.test'))
    .sort()
  const found: { [file: string]: string } = {}
  for (const file of files) {
    const exports = (await import(new URL(file, folder).href)) as Record<string, unknown>
    const written = Object.entries(exports)
      .filter(([, value]) => isWrittenDown(value))
      .sort(([a], [b]) => (a < b ? -1 : 1))
    if (written.length > 0) found[file] = hashOf(withoutDescriptions(written))
  }
  return found
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
}

function isWrittenDown(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => typeof item === 'string')
  if (typeof value !== 'object' || value === null) return false
  if ('type' in value || 'anyOf' in value) return true
  // Schemas by name.
  const parts = Object.values(value)
  return parts.length > 0 && parts.every((part) => typeof part === 'object' && isWrittenDown(part))
}

/** Words for people may be put better at any time. */
function withoutDescriptions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDescriptions)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(
    ([key, item]) => key !== 'description' || typeof item !== 'string',
  )
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutDescriptions(item)]))
}
