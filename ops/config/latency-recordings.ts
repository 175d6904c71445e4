// The recordings of delays that a configuration names, read into it: from here on the delays are part of the
// configuration, of its hash and of what a journal stores, and the file is no longer needed or named.

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Config } from '../../schemas/config/config.ts'
import { type DelayConfig, type LatencyConfig, RECORDED_DELAYS_MAX } from '../../schemas/config/latency.ts'
import type { VenueConfig } from '../../schemas/config/venue-config.ts'
import type { ConfigPath } from './config-problem.ts'
import type { ConfigSource } from './config-source.ts'
import { LATENCY_LEGS, tooMany } from './latency-checks.ts'

const HEADER = 'delay_us'

export async function withRecordings(
  config: Config,
  source: ConfigSource,
  base_directory: string,
): Promise<Config> {
  const venues: VenueConfig[] = []
  for (const [index, venue] of config.venues.entries()) {
    const legs: Partial<Record<keyof LatencyConfig, DelayConfig>> = {}
    for (const leg of LATENCY_LEGS) {
      const delay = venue.latency[leg]
      if (delay === undefined) continue
      const path = ['venues', index, 'latency', leg]
      legs[leg] = isToBeRead(delay) ? await recorded(delay, source, path, base_directory) : delay
    }
    venues.push({ ...venue, latency: legs as LatencyConfig })
  }
  return { ...config, venues }
}

type Recording = Extract<DelayConfig, { readonly model: 'recorded' }>

/** A configuration that was read before has its delays, and its file may be gone. */
function isToBeRead(delay: DelayConfig): delay is Recording {
  return typeof delay !== 'number' && delay.model === 'recorded' && delay.delays_us === undefined
}

async function recorded(
  delay: Recording,
  source: ConfigSource,
  path: ConfigPath,
  base_directory: string,
): Promise<Recording> {
  const { file = '' } = delay
  const text = await textOf(resolve(base_directory, file))
  const delays = typeof text === 'string' ? delaysOf(text) : text
  if (Array.isArray(delays)) return { model: 'recorded', delays_us: delays }
  source.reportAt([...path, 'file'], delays.what, delays.remedy)
  return delay
}

type Problem = { readonly what: string; readonly remedy: string }

async function textOf(path: string): Promise<string | Problem> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return {
      what: `the recording ${path} cannot be read: ${code}.`,
      remedy: `Name a CSV file with the header ${HEADER} and a delay in microseconds on each line.`,
    }
  }
}

function delaysOf(text: string): number[] | Problem {
  const [header, ...lines] = text.trimEnd().split(/\r?\n/)
  const remedy = `Write ${HEADER} on the first line, and a whole number of microseconds on each further one.`
  if (header?.trim() !== HEADER) return { what: `the first line of the recording is not ${HEADER}.`, remedy }
  if (lines.length === 0) return { what: 'the recording has no delays.', remedy }
  if (lines.length > RECORDED_DELAYS_MAX)
    return { what: `the recording has ${lines.length} delays.`, remedy: tooMany() }
  const bad = lines.findIndex((line) => !/^\d{1,15}$/.test(line.trim()))
  if (bad >= 0) return { what: `line ${bad + 2} of the recording is no delay: ${lines[bad]}.`, remedy }
  return lines.map(Number)
}
