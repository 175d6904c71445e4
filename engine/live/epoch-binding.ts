// What an epoch is bound to. A journal is run again in order to trade only by the very build, strategies, configuration
// and schemas that wrote it; after any change its ledger is taken up instead (`ledger-recovery.ts`). The epoch's header
// says which those were, and holds configuration and sources by content.

import { CanonicalReader } from '../canonical/canonical-reader.ts'
import { CanonicalWriter } from '../canonical/canonical-writer.ts'

export type EpochBinding = {
  /** Hashes as hexadecimal text. */
  readonly build_hash: string
  readonly strategy_hash: string
  readonly config_hash: string
  readonly schema_version: number
}

const NAMES = {
  build_hash: 'build',
  strategy_hash: 'strategies',
  config_hash: 'configuration',
  schema_version: 'schemas',
} as const satisfies { readonly [field in keyof EpochBinding]: string }

/** @param contents what the hashes are of, in plain data; whoever re-runs the session with other code reads it. */
export function encodeLiveHeader(binding: EpochBinding, contents: unknown): Uint8Array {
  const writer = new CanonicalWriter(1 << 14)
  writer.text(binding.build_hash)
  writer.text(binding.strategy_hash)
  writer.text(binding.config_hash)
  writer.number(binding.schema_version)
  writer.value(contents)
  return writer.copy()
}

export function decodeLiveHeader(header: Uint8Array): {
  readonly binding: EpochBinding
  readonly contents: unknown
} {
  const reader = new CanonicalReader(header)
  const binding = {
    build_hash: reader.text(),
    strategy_hash: reader.text(),
    config_hash: reader.text(),
    schema_version: reader.number(),
  }
  const contents = reader.value()
  reader.end()
  return { binding, contents }
}

/** What differs between two bindings, in words for people: `build`, `strategies`, `configuration`, `schemas`. */
export function changedIn(was: EpochBinding, is: EpochBinding): string[] {
  const fields = Object.keys(NAMES) as (keyof EpochBinding)[]
  return fields.filter((field) => was[field] !== is[field]).map((field) => NAMES[field])
}
