// What the header of a live epoch keeps beside its hashes: enough to run the epoch again in another process, and to take
// its ledger up under its own configuration.

import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { VALUE_TAG } from '../canonical/canonical-writer.ts'
import { storedBehaviour, storedConfig } from '../stored-config.ts'
import { decodeLiveHeader, type EpochBinding } from './epoch-binding.ts'

/** How the base of an epoch came about: a session's first, a re-run of the epoch before, or a fold of its ledger. */
export type BaseOrigin = 'empty' | 'rerun' | 'fold'

export type StoredSource = {
  readonly strategy_id: string
  /** `path#export`, as configured. */
  readonly source: string
  readonly strategy_hash: string
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[]
}

export type LiveContents = {
  readonly kind: 'live'
  readonly mode: 'paper' | 'live'
  /** The complete, normalised configuration the epoch ran under. */
  readonly config: Config
  /** Which of the configuration's nodes wrote it; absent where one hosts all. */
  readonly node_id?: string
  readonly strategies: readonly StoredSource[]
  readonly version: string
  readonly node_version: string
  /** What the code decides, by its number (schemas/behaviour.ts); absent in journals of before there was one. */
  readonly behaviour?: number
  readonly base_from: BaseOrigin
}

export type LiveHeader = { readonly binding: EpochBinding; readonly contents: LiveContents }

/** A backtest's header is one free-form value, and begins with its tag; a live one begins with the length of a hash. */
export function isLiveHeader(header: Uint8Array): boolean {
  return header.length > 0 && header[0] !== VALUE_TAG.object
}

/** @param where the journal and epoch, for people. */
export function readLiveHeader(header: Uint8Array, where: string): LiveHeader {
  const { binding, contents } = decodeLiveHeader(header)
  if ((contents as Partial<LiveContents> | undefined)?.kind !== 'live') throw notLive(where)
  const stored = contents as LiveContents
  const behaviour = storedBehaviour(stored.behaviour, where)
  const config = storedConfig(stored.config, behaviour, where)
  return { binding, contents: { ...stored, config, behaviour } }
}

function notLive(where: string): OperatingError {
  return new OperatingError({
    code: 'session.not_live',
    reason: 'usage',
    what: 'The journal is not one of a live session.',
    where,
    remedy: 'Name the folder of a session: what orrery paper printed.',
  })
}
