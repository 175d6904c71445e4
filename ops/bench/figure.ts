// One measured figure. A claim of speed cites one of these by name.

import { cpus } from 'node:os'

export type Machine = { readonly cpu: string; readonly cores: number; readonly node: string }

export type Figure = {
  readonly name: string
  readonly unit: string
  /** Median of the runs. */
  readonly value: number
  readonly runs: readonly number[]
  readonly machine: Machine
}

/** A group of figures measured together. */
export type BenchGroup = (scope: BenchScope) => Promise<Figure[]>

export type BenchScope = {
  /** Folder for histories and runs. */
  readonly folder: string
  /** Divides the amount of data. */
  readonly divisor: number
  readonly runs: number
  /** How long each of a session's latency figures is measured, and its heap. */
  readonly seconds: number
  readonly heap_seconds: number
  readonly note: (doing: string) => void
  /** Of what was noted last, so many of so many seconds are over. */
  readonly passed: (seconds: number, of: number) => void
}

export function figure(name: string, unit: string, runs: readonly number[]): Figure {
  const ascending = runs.toSorted((a, b) => a - b)
  const value = ascending[Math.floor((ascending.length - 1) / 2)] ?? Number.NaN
  return { name, unit, value, runs, machine: machine() }
}

function machine(): Machine {
  const [first] = cpus()
  return { cpu: first?.model ?? 'unknown', cores: cpus().length, node: process.versions.node }
}
