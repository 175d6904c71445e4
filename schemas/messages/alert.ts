// What people must look at. An alert is told and never decided on: a re-run tells it again.

import type { TimeUs } from '../units.ts'

export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number]

export type Alert = {
  readonly type: 'alert'
  /** Stable, dotted, lower snake case; a metric label. */
  readonly code: string
  readonly severity: AlertSeverity
  /** What it is about: account, venue, strategy, order; '' where it applies to none. */
  readonly about: string
  /** What happened, one sentence, and what to do, one sentence. */
  readonly what: string
  readonly remedy: string
  readonly ts_us: TimeUs
}
