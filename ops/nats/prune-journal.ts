// Makes room in the copy of a strategy node's journal: removes whole old epochs, as the admin, whose key alone may. The
// node's own files are the authority and stay as they are; the copies of trading nodes are for ever.

import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { batchOf } from '../../adapters/nats/journal-stream.ts'
import { environmentOf } from '../../adapters/nats/roles.ts'
import { streamName } from '../../adapters/nats/streams.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { apartEnvironment, BUS_SUBJECT } from '../../schemas/subjects.ts'
import { type InstalledServer, signedInAsAdmin } from './apply-installation.ts'

export type PruneOptions = { readonly node: string; readonly epochs_kept: number }

export type Pruned = {
  readonly stream: string
  /** Messages removed, one sealed batch each. */
  readonly removed: number
  readonly first_epoch: number
  readonly last_epoch: number
  readonly bytes: number
  readonly bytes_max: number
}

/** Undefined where the stream is empty. */
export function pruneJournal(
  target: InstalledServer,
  { node, epochs_kept }: PruneOptions,
): Promise<Pruned | undefined> {
  const { installation } = target
  if (!installation.strategy_nodes.some((each) => each.node === node)) throw unknownNode(target, node)
  const voice = apartEnvironment(environmentOf(installation), node)
  const stream = streamName(voice, 'journal')
  const subject = BUS_SUBJECT.journal(voice, node)
  return signedInAsAdmin(target, async ({ connection }) => {
    const manager = await jetstreamManager(connection)
    const { state } = await manager.streams.info(stream)
    if (state.messages === 0) return undefined
    const epochAt = (sequence: number) => epochOf(manager, { stream, subject, sequence })
    const last_epoch = await epochAt(state.last_seq)
    const first_kept = await firstFrom(last_epoch - epochs_kept + 1, state, epochAt)
    const removed =
      first_kept > state.first_seq ? (await manager.streams.purge(stream, { seq: first_kept })).purged : 0
    const { config, state: left } = await manager.streams.info(stream)
    return {
      stream,
      removed,
      first_epoch: await epochAt(left.first_seq),
      last_epoch,
      bytes: left.bytes,
      bytes_max: config.max_bytes,
    }
  })
}

type Held = { readonly first_seq: number; readonly last_seq: number }

/** The first message of this epoch or a later one; epochs follow each other in the stream, so it is found by halves. */
async function firstFrom(
  epoch: number,
  { first_seq, last_seq }: Held,
  epochAt: (sequence: number) => Promise<number>,
): Promise<number> {
  let [low, high] = [first_seq, last_seq]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((await epochAt(middle)) < epoch) low = middle + 1
    else high = middle
  }
  return low
}

type Place = { readonly stream: string; readonly subject: string; readonly sequence: number }

async function epochOf(manager: JetStreamManager, { stream, subject, sequence }: Place): Promise<number> {
  const stored = await manager.streams.getMessage(stream, { seq: sequence })
  if (stored === null) throw new Error(`${stream} has no message ${sequence}`)
  return batchOf(stored.data, subject, sequence).epoch
}

function unknownNode({ installation, url }: InstalledServer, node: string): OperatingError {
  const known = installation.strategy_nodes.map((each) => each.node)
  return new OperatingError({
    code: 'nats.no_such_node',
    reason: 'usage',
    what: `The installation has no strategy node ${JSON.stringify(node)}; copies of other nodes’ journals are for ever.`,
    where: url,
    remedy: known.length === 0 ? 'There is none to prune.' : `Name one of ${known.join(', ')} with --node.`,
  })
}
