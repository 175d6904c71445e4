// What a venue's simulation asks of its exchange and cannot have on the book that the venue keeps, said before anything
// runs. The exchange's own refusals are the only rules.

import type { InstrumentSpec } from '../../engine/instrument-spec.ts'
import type { Config } from '../../schemas/config/config.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { fillModelOf, refuseUnfitTaking, refuseUnfitTouches } from '../../sim/exchange/matching/fill-model.ts'
import { impactModelOf } from '../../sim/exchange/matching/impact-model.ts'
import { queueModelOf } from '../../sim/exchange/matching/queue-model.ts'
import type { ConfigPath } from './config-problem.ts'
import type { Partly, Report } from './partly-read.ts'

export function checkSimulations({ venues }: Partly<Config>, report: Report): void {
  for (const [index, venue] of (venues ?? []).entries()) {
    const simulation = venue?.simulation as SimulationConfig | undefined
    if (simulation === undefined) continue
    const path = ['venues', index, 'simulation']
    const { fills, queue, book = 'quote' } = simulation
    // What a model of one's own says of itself is known when it is loaded.
    const touches = fills?.model === 'probabilistic' && Number(fills.touch_probability) > 0
    if (fills?.model !== 'custom')
      refused(report, [...path, 'fills'], () => fillModelOf(fills, book, 0, '', undefined))
    refused(report, [...path, 'queue'], () => queueModelOf(queue, book, '', touches))
    refused(report, [...path, 'taken_until'], () => refuseUnfitTaking(simulation, book, ''))
  }
}

/** What a loaded fill model says of itself, beside what its venue says. */
export function checkAuthoredFills(
  { queue, book = 'quote' }: SimulationConfig,
  fills_touched: boolean,
  path: ConfigPath,
  report: Report,
): void {
  refused(report, [...path, 'fills'], () => refuseUnfitTouches(fills_touched, book, ''))
  refused(report, [...path, 'queue'], () => queueModelOf(queue, book, '', fills_touched))
}

/** An impact counts a quantity in the units of each instrument of its venue. */
export function checkImpact(
  { impact }: SimulationConfig,
  venue_id: string,
  specs: readonly InstrumentSpec[],
  path: ConfigPath,
  report: Report,
): void {
  if (impact === undefined || impact.model === 'custom') return
  refused(report, [...path, 'impact', 'quantity'], () =>
    impactModelOf(impact, specs, venue_id, undefined, true),
  )
}

function refused(report: Report, path: ConfigPath, ask: () => void): void {
  try {
    ask()
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    const { what, remedy } = error
    report(path, `${what.charAt(0).toLowerCase()}${what.slice(1)}`, remedy ?? '')
  }
}
