// Tapes that come over the bus: out of the streams that hold them until then, into folders within the store's.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { connectNats } from '../../adapters/nats/connect.ts'
import { ConnectionState } from '../../adapters/nats/connection-state.ts'
import { RECORDER_ROLE } from '../../adapters/nats/roles.ts'
import { streamName } from '../../adapters/nats/streams.ts'
import { WorkQueue } from '../../adapters/nats/work-queue.ts'
import { TapeReceiver, type TapeReceiverOptions } from '../../adapters/recorder/tape-receiver.ts'
import type { Config } from '../../schemas/config/config.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { NodeVoices } from '../live/node-voices.ts'
import { busSignIn } from '../nats/bus-sign-in.ts'

export type ReceivedTapes = AsyncDisposable & {
  /** Folders of the tapes that have come. */
  readonly folders: () => Promise<readonly string[]>
  readonly refused_count: number
  /** Rejects when nothing more can be received; never resolves. */
  readonly failed: Promise<never>
  /** Resolves when the streams hold nothing more; call it instead of going on. */
  drained(): Promise<void>
  close(): Promise<void>
}

export type ReceivedTapesOptions = Pick<TapeReceiverOptions, 'onRefused'> & {
  readonly config: Config
  readonly print: (line: string) => void
}

export async function receivedTapes(options: ReceivedTapesOptions): Promise<ReceivedTapes> {
  const { config, onRefused, print } = options
  if (config.bus === undefined) throw noBus()
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  // Whoever waits for it hears of it; a failure nobody waits for any more is none.
  failed.catch(() => undefined)
  const { connection } = await connectNats({
    ...busSignIn(config, config.bus, RECORDER_ROLE),
    money: 'paper',
    onDoubt: ({ what }) => print(`! ${what}`),
    onViolation: fail,
  })
  const directory = join(config.data.store, 'received')
  const receiver = new TapeReceiver({ directory, onRefused })
  const state = new ConnectionState(connection)
  const queues = tapeStreams(config).map(
    (stream) =>
      new WorkQueue({
        connection,
        state,
        stream,
        reader: RECORDER_ROLE,
        onMessage: ({ subject, data }) => receiver.take(subject.slice(subject.lastIndexOf('.') + 1), data),
      }),
  )
  const running = queues.map((queue) => queue.run().catch(fail))
  const close = async () => {
    for (const queue of queues) queue.close()
    await Promise.all(running)
    await connection.close()
  }
  return {
    folders: () => tapeFolders(directory),
    failed,
    get refused_count() {
      return receiver.refused_count
    },
    drained: async () => {
      await Promise.race([Promise.all(queues.map((queue) => queue.emptied())), failed])
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Trading nodes share one; each node of strategies has its own. */
function tapeStreams(config: Config): string[] {
  const voices = new NodeVoices(config)
  return [voices.environment, ...voices.apart.map((node) => voices.ofNode(node))].map((voice) =>
    streamName(voice, 'mdseq'),
  )
}

/** `<node>/<session>` each. */
async function tapeFolders(directory: string): Promise<string[]> {
  const folders: string[] = []
  for (const node of await names(directory))
    for (const session of await names(join(directory, node))) folders.push(join(directory, node, session))
  return folders
}

async function names(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function noBus(): OperatingError {
  return new OperatingError({
    code: 'config.no_bus',
    reason: 'usage',
    what: 'The recorder is to take raw rows off the bus, and the configuration names none.',
    where: 'live.recorder',
    remedy: 'Add bus: nats://127.0.0.1:4222, or use recorder: beside.',
  })
}
