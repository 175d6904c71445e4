import { CanonicalWriter } from '../../engine/canonical/canonical-writer.ts'
import { nodeSha256 } from '../sha256/node-sha256.ts'
import type { StrategyPackage } from './strategy-packages.ts'

/** A file of a strategy, named relative to the folder of the strategy's own file. */
export type StrategyFile = { readonly path: string; readonly bytes: Uint8Array }

/** SHA-256 (hex) over the files in the order of their paths, and over each package's name, version and content. */
export function strategyHash(files: readonly StrategyFile[], packages: readonly StrategyPackage[]): string {
  const writer = new CanonicalWriter(1 << 16)
  writer.count(files.length)
  for (const { path, bytes } of files) {
    writer.text(path)
    writer.bytes(bytes)
  }
  writer.count(packages.length)
  for (const { name, version, content_hash } of packages) {
    writer.text(name)
    writer.text(version)
    writer.text(content_hash)
  }
  return Buffer.from(nodeSha256.digest(writer.view())).toString('hex')
}
