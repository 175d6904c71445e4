// What a session is bound to and keeps of itself in the header of each epoch.

import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { EpochBinding } from '../../engine/live/epoch-binding.ts'
import type { BaseOrigin, LiveContents } from '../../engine/live/live-header.ts'
import { must } from '../../schemas/assert.ts'
import { BEHAVIOUR } from '../../schemas/behaviour.ts'
import type { Config } from '../../schemas/config/config.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { configHash } from '../config/config-hash.ts'
import type { LoadedSession } from '../config/load-strategies.ts'

export function bindingOf({ strategies }: LoadedSession, config: Config): EpochBinding {
  const hashes = strategies.map(({ strategy_hash }) => Buffer.from(strategy_hash, 'hex'))
  return {
    build_hash: buildIdentity().build_hash,
    strategy_hash: Buffer.from(nodeSha256.digest(...hashes)).toString('hex'),
    config_hash: boundHash(config),
    schema_version: SCHEMA_VERSION,
  }
}

export function contentsOf(
  { strategies }: LoadedSession,
  config: Config,
  node_id: string | undefined,
  base_from: BaseOrigin,
): LiveContents {
  const { version, node_version } = buildIdentity()
  return {
    kind: 'live',
    mode: 'paper',
    config,
    ...(node_id === undefined ? {} : { node_id }),
    strategies: config.strategies.map(({ id }, i) => {
      const { source, strategy_hash, files } = must(strategies[i], 'every configured strategy is loaded')
      return {
        strategy_id: id,
        source,
        strategy_hash,
        files: files.map(({ path, bytes }) => ({ path, bytes })),
      }
    }),
    version,
    node_version,
    behaviour: BEHAVIOUR,
    base_from,
  }
}

/** Where messages go decides nothing; that there is a bus decides what the session tells on it. */
function boundHash(config: Config): string {
  const hash = configHash(config)
  if (config.bus === undefined) return hash
  return Buffer.from(nodeSha256.digest(Buffer.from(hash), Buffer.from('on a bus'))).toString('hex')
}
