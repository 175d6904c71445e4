// What a rule of the simulated exchange looks like as a test: a small tape with orders, line by line, and the exact
// reports. The words of a line are those of ../scenario.test-support.ts; a report is told as there.

import type { LatencyConfig } from '../../../schemas/config/latency.ts'
import type { SimulationConfig } from '../../../schemas/config/simulation-config.ts'
import { terms, venue } from '../scenario.test-support.ts'
import type { SimulatedVenuesTerms } from '../simulated-venues.ts'

export type Rule = readonly [
  rule: string,
  lines: readonly string[],
  reports: readonly string[],
  /** Instead of the group's. */
  terms?: SimulatedVenuesTerms,
]

export type RuleGroup = {
  readonly group: string
  /** The public documents the rules are written from; what they leave open is said to be ours. */
  readonly sources: readonly string[]
  /** Absent: one instrument quoted in cents, one account, no latency, the default fill model. */
  readonly terms?: SimulatedVenuesTerms
  readonly rules: readonly Rule[]
}

export function simulated(simulation: SimulationConfig): SimulatedVenuesTerms {
  return terms({ venues: [venue({ simulation })] })
}

export function delayed(latency: Partial<LatencyConfig>): SimulatedVenuesTerms {
  return terms({ venues: [venue({ latency: { submit_us: 0, report_us: 0, ...latency } })] })
}
