// Whether the delays of a configuration can be drawn: bounds in their order, a centre between them, a recording with
// delays.

import type { Config } from '../../schemas/config/config.ts'
import { type DelayConfig, type LatencyConfig, RECORDED_DELAYS_MAX } from '../../schemas/config/latency.ts'
import type { ConfigPath } from './config-problem.ts'
import type { Partly, Report } from './partly-read.ts'

export const LATENCY_LEGS = ['submit_us', 'cancel_us', 'replace_us', 'report_us', 'data_us'] as const

export function checkLatencies({ venues, data }: Partly<Config>, report: Report): void {
  for (const [index, venue] of (venues ?? []).entries()) {
    const latency = venue?.latency as Partly<LatencyConfig> | undefined
    for (const leg of LATENCY_LEGS) {
      const delay = latency?.[leg]
      const path = ['venues', index, 'latency', leg]
      if (delay !== undefined) checkDelay(delay as Partly<DelayConfig>, path, report)
    }
    if (data?.processed === undefined || (latency?.data_us ?? 0) === 0) continue
    report(
      ['venues', index, 'latency', 'data_us'],
      'what a session processed has its latency already: rows come when they came there.',
      'Remove data_us, or data.processed.',
    )
  }
}

function checkDelay(delay: Partly<DelayConfig>, path: ConfigPath, report: Report): void {
  if (typeof delay === 'number') return
  if (delay.model === 'recorded') return checkRecording(delay, path, report)
  const { min_us, max_us } = delay as Partly<Distribution>
  if (min_us === undefined || max_us === undefined) return
  if (min_us > max_us)
    return report([...path, 'max_us'], `the longest delay is below ${min_us}.`, 'Write min_us or more.')
  const [name, centre] =
    delay.model === 'normal'
      ? ['mean_us', delay.mean_us]
      : delay.model === 'lognormal'
        ? ['median_us', delay.median_us]
        : ['', undefined]
  if (name === '' || centre === undefined || (centre >= min_us && centre <= max_us)) return
  report([...path, name], `${centre} is not between min_us and max_us.`, `Write ${min_us} to ${max_us}.`)
}

type Recording = Extract<DelayConfig, { readonly model: 'recorded' }>
type Distribution = Exclude<DelayConfig, number | Recording>

function checkRecording({ file, delays_us }: Partly<Recording>, path: ConfigPath, report: Report): void {
  if (file === undefined && delays_us === undefined) {
    report(
      path,
      'the recording has neither a file nor delays.',
      'Write file: PATH, or delays_us: [500, 620].',
    )
  } else if (file !== undefined && delays_us !== undefined) {
    report(
      [...path, 'file'],
      'the delays are written beside it, and the file would not be read.',
      'Remove file, or delays_us.',
    )
  } else if ((delays_us?.length ?? 0) > RECORDED_DELAYS_MAX) {
    report([...path, 'delays_us'], `there are ${delays_us?.length} delays.`, tooMany())
  }
}

export function tooMany(): string {
  return `Keep at most ${RECORDED_DELAYS_MAX}, or describe them by a distribution.`
}
