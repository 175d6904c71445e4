// Rows are counts of an instrument's units. Read with other scales than they were written with, they are other prices.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { TickStore } from '../../engine/tick-store-port.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

/** Refuses a run that defines an instrument with other scales than the store has it with. */
export async function refuseOtherScales(
  instruments: readonly InstrumentSpec[],
  store: TickStore,
): Promise<void> {
  const stored = new Map((await store.instruments()).map((held) => [held.instrument_id as string, held]))
  for (const spec of instruments) {
    const held = stored.get(spec.instrument_id)
    if (held === undefined) continue
    for (const scale of ['price_scale', 'size_scale'] as const) {
      if (held[scale] !== spec[scale]) throw scaleDiffers(spec, scale, held[scale])
    }
  }
}

function scaleDiffers(
  spec: InstrumentSpec,
  scale: 'price_scale' | 'size_scale',
  stored: number,
): OperatingError {
  return new OperatingError({
    code: 'data.scale_differs',
    reason: 'data',
    what: `The ${scale} of ${spec.instrument_id} is ${spec[scale]} in the configuration and ${stored} in the tick store.`,
    where: 'instruments',
    remedy: `Define it with ${scale}: ${stored}, or import the history under another instrument id.`,
  })
}
