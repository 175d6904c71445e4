import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { Config } from '../../schemas/config.ts'
import { fieldRows } from './field-table.ts'
import type { JsonSchema } from './json-schema.ts'
import { parseConfig } from './load-config.ts'

const GUIDE = new URL('../../docs/configuration.md', import.meta.url)

test("the guide's example loads", async () => {
  const text = must(
    /```yaml\n([\s\S]*?)```/.exec(await readFile(GUIDE, 'utf8'))?.[1],
    'the guide has an example',
  )
  const loaded = await parseConfig({ text, file: 'guide', base_directory: '/base', set: [], environment: {} })
  expect(loaded.config.venues[1]?.commission).toEqual({ per_unit: '0.05', currency: 'USD' })
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
