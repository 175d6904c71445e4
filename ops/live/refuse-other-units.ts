// A session counts prices and sizes in units of its instruments, and keeps the counts: orders, positions, history. An
// instrument that would read them otherwise is another instrument, and needs another name.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Journal } from '../../engine/journal-port.ts'
import { readLiveHeader } from '../../engine/live/live-header.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { instrumentsOf } from '../../sim/backtest/instrument-set.ts'

/** What a count of an instrument means. Increments, lots and margins may change: they decide what is valid. */
const MEANING = ['price_scale', 'size_scale', 'quote_currency', 'value_per_product'] as const

/** Refuses with `recovery.other_units` where today's instruments read the session's last epoch otherwise than it did. */
export function refuseOtherUnits(
  { epochs }: Pick<Journal, 'epochs'>,
  instruments: readonly InstrumentSpec[],
  where: string,
): void {
  const last = epochs.at(-1)
  if (last === undefined) return
  const today = new Map<string, InstrumentSpec>(instruments.map((spec) => [spec.instrument_id, spec]))
  for (const before of instrumentsOf(readLiveHeader(last.header, where).contents.config)) {
    const now = today.get(before.instrument_id)
    const other = now && MEANING.find((name) => now[name] !== before[name])
    if (other !== undefined) throw otherUnits(before.instrument_id, other)
  }
}

function otherUnits(instrument_id: string, name: (typeof MEANING)[number]): OperatingError {
  const what = name === 'value_per_product' ? 'multiplier' : name
  return new OperatingError({
    code: 'recovery.other_units',
    reason: 'usage',
    what: `The session knows ${instrument_id} with another ${what}: its orders and positions would be read as other amounts.`,
    where: `instruments.${instrument_id}`,
    remedy: `Put the ${what} back, or begin another session with the instrument as it is now.`,
  })
}
