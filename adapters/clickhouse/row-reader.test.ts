import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ImportManifest } from '../../engine/tick-store-port.ts'
import { windowsOf } from './row-reader.ts'

const time = fc.integer({ min: 0, max: 2 ** 50 })

test('the windows of a reading follow each other without a gap and make up its range', () => {
  fc.assert(
    fc.property(time, time, time, time, fc.integer({ min: 1, max: 200_000_000 }), (a, b, c, d, rows) => {
      const range = { from_us: Math.min(a, b), to_us: Math.max(a, b) + 1 }
      const manifest = { first_us: Math.min(c, d), last_us: Math.max(c, d) } as ImportManifest
      fc.pre(manifest.first_us < range.to_us && manifest.last_us >= range.from_us)
      const series = { instrument_id: 'GEN1.gen', kind: 'quote' } as const
      const windows = windowsOf({ series, instrument: 1, manifests: [manifest], range }, rows)
      expect(windows.at(0)?.from_us).toBe(range.from_us)
      expect(windows.at(-1)?.to_us).toBe(range.to_us)
      windows.forEach((window, i) => {
        expect(window.from_us).toBeLessThanOrEqual(window.to_us)
        if (i > 0) expect(window.from_us).toBe(windows[i - 1]?.to_us)
      })
    }),
  )
})
