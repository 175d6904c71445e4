// The four prices of an imported bar.

import type { Instrument } from '../../schemas/instrument.ts'
import { priceOf } from './field-values.ts'
import { BadRow } from './import-refusal.ts'

/** Open, high, low and close. The high is the highest and the low the lowest of them, or the columns are mixed up. */
export function barPrices(
  texts: readonly [open: string, high: string, low: string, close: string],
  instrument: Instrument,
): number[] {
  const prices = texts.map((text) => priceOf(text, instrument))
  if (prices[1] === Math.max(...prices) && prices[2] === Math.min(...prices)) return prices
  throw new BadRow({
    code: 'import.bad_bar',
    what: `Open ${texts[0]}, high ${texts[1]}, low ${texts[2]} and close ${texts[3]} are those of no bar.`,
    remedy: 'Correct the file, or what the mapping says about the columns.',
  })
}
