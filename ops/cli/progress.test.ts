import { expect, test } from 'vitest'
import { LINE_INTERVAL_MS, ProgressLines } from './progress.ts'

test('without a terminal, long work prints a line now and then, and short work none', () => {
  let now_ms = 0
  const lines: string[] = []
  const progress = new ProgressLines(
    (line) => lines.push(line),
    () => now_ms,
  )
  progress.start('reading', 4_000)
  for (const done of [1_000, 2_000, 3_000, 4_000]) {
    now_ms += LINE_INTERVAL_MS * 0.6
    progress.update(done)
  }
  progress.start('writing')
  now_ms += LINE_INTERVAL_MS
  progress.update(1_234_567)
  expect(lines).toEqual([
    'reading: 50 % (2,000 of 4,000)\n',
    'reading: 100 % (4,000 of 4,000)\n',
    'writing: 1,234,567\n',
  ])
})
