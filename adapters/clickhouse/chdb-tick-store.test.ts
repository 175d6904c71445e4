import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { must } from '../../schemas/assert.ts'
import { builtInInstruments } from '../../schemas/instrument-table.ts'
import { openChdbTickStore } from './chdb-tick-store.ts'
import { ALWAYS, EURUSD, type QuoteRow, quoteBlock, sourceOf } from './rows.test-support.ts'
import { describeTickStore } from './tick-store-conformance.test-support.ts'

describeTickStore('the embedded tick store', openChdbTickStore)

test('[E6] a reading holds a few chunks at a time, however many there are', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'orrery-store-'))
  const store = await openChdbTickStore({ directory })
  await store.putInstruments(builtInInstruments())
  const block = (number: number) =>
    quoteBlock(Array.from({ length: 100_000 }, (_, row): QuoteRow => [number * 100_000 + row, 0, row + 1]))
  async function* blocks() {
    for (let number = 0; number < 10; number++) yield block(number)
  }
  await store.write({ ...sourceOf('long', []), blocks: blocks() })
  const [reading] = await store.read([EURUSD], ALWAYS)
  const held: number[] = []
  for await (const { count } of must(reading, 'a reading').blocks) {
    expect(count).toBeGreaterThan(0)
    held.push(process.memoryUsage().arrayBuffers)
  }
  const growth_bytes = Math.max(...held) - must(held[0], 'a block was read')
  // A million rows are 40 MB. The collector alone lets them pile up to twice this bound.
  expect(growth_bytes).toBeLessThan(8_000_000)
  expect(held.length).toBeGreaterThan(50)
  await store.close()
  rmSync(directory, { recursive: true })
})
