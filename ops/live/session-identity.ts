// What a session is bound to and keeps of itself in the header of each epoch.

import { buildIdentity } from '../../adapters/build-identity/build-identity.ts'
import { nodeSha256 } from '../../adapters/sha256/node-sha256.ts'
import type { EpochBinding } from '../../engine/live/epoch-binding.ts'
import type { BaseOrigin, LiveContents } from '../../engine/live/live-header.ts'
import { must } from '../../schemas/assert.ts'
import type { Config } from '../../schemas/config.ts'
import { SCHEMA_VERSION } from '../../schemas/schema-version.ts'
import { configHash } from '../config/config-hash.ts'
import type { LoadedSession } from '../config/load-strategies.ts'

export function bindingOf({ strategies }: LoadedSession, config: Config): EpochBinding {
  const hashes = strategies.map(({ strategy_hash }) => Buffer.from(strategy_hash, 'hex'))
  return {
    build_hash: buildIdentity().build_hash,
    strategy_hash: Buffer.from(nodeSha256.digest(...hashes)).toString('hex'),
    config_hash: configHash(config),
    schema_version: SCHEMA_VERSION,
  }
}

export function contentsOf(
  { strategies }: LoadedSession,
  config: Config,
  base_from: BaseOrigin,
): LiveContents {
  const { version, node_version } = buildIdentity()
  return {
    kind: 'live',
    mode: 'paper',
    config,
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
    base_from,
  }
}
