// What a venue's simulation asks of its exchange and cannot have on the book that the venue keeps, said before anything
// runs. The exchange's own refusals are the only rules.

import type { Config } from '../../schemas/config/config.ts'
import type { SimulationConfig } from '../../schemas/config/simulation-config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { fillModelOf, refuseUnfitTaking } from '../../sim/exchange/matching/fill-model.ts'
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

function refused(report: Report, path: ConfigPath, ask: () => void): void {
  try {
    ask()
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    const { what, remedy } = error
    report(path, `${what.charAt(0).toLowerCase()}${what.slice(1)}`, remedy ?? '')
  }
}
