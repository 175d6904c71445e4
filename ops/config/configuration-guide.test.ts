import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { Config } from '../../schemas/config/config.ts'
import { fieldRows } from './field-table.test-support.ts'
import type { JsonSchema } from './json-schema.ts'
import { parseConfig } from './load-config.ts'
import { loadStrategies } from './load-strategies.ts'

const GUIDE = new URL('../../docs/configuration.md', import.meta.url)

test("the guide's example loads, strategies included", async () => {
  const text = must(
    /```yaml\n([\s\S]*?)```/.exec(await readFile(GUIDE, 'utf8'))?.[1],
    'the guide has an example',
  )
  const base_directory = fileURLToPath(new URL('.', GUIDE))
  const read = await parseConfig({ text, file: 'guide', base_directory, set: [], environment: {} })
  const { loaded } = await loadStrategies(read)
  expect(loaded.config.venues[1]?.commission).toEqual({ per_unit: '0.05', currency: 'USD' })
  expect(loaded.config.strategies[0]?.params).toMatchObject({ fast_period: 10, interval_us: 60_000_000 })
})

test("the guide's table is the schema's", async () => {
  const { instruments: _, ...properties } = Config.properties
  const documented = { ...Config, properties } as unknown as JsonSchema
  const rows = (await readFile(GUIDE, 'utf8')).split('\n').filter((line) => line.startsWith('| `'))
  expect(rows.map(squeezed)).toEqual(fieldRows(documented).map(squeezed))
})

/** The formatter widens a table's columns. */
function squeezed(line: string): string {
  return line.replaceAll(/ +/g, ' ')
}
