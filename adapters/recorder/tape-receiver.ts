// Puts batches that come over the bus into folders of the recorder's own, where they are recorded as any others. Who
// sent one is known by its subject; a batch of another node's tape, or bytes that are none, are told and go no further.

import { join } from 'node:path'
import { isToken } from '../../schemas/ids.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { isSpoolable, writeSpoolFile } from './spool-folder.ts'
import { decodeTapeBatch, type TapeBatch } from './tape-batch.ts'

export type TapeReceiverOptions = {
  /** Holds a folder for each tape. */
  readonly directory: string
  readonly onRefused: (error: OperatingError) => void
}

export class TapeReceiver {
  readonly #options: TapeReceiverOptions
  #refused_count = 0

  constructor(options: TapeReceiverOptions) {
    this.#options = options
  }

  /** Batches that were none, or of another node's tape. */
  get refused_count(): number {
    return this.#refused_count
  }

  /** The batch is on the disk when it resolves, or was refused and told. */
  async take(node: string, bytes: Uint8Array): Promise<void> {
    const batch = decodeTapeBatch(bytes)
    const why = typeof batch === 'string' ? batch : refusal(node, batch)
    if (typeof batch === 'string' || why !== '') return this.#refuse(node, why)
    await writeSpoolFile(tapeFolder(this.#options.directory, batch.head.tape), batch)
  }

  #refuse(node: string, why: string): void {
    this.#refused_count++
    this.#options.onRefused(
      new OperatingError({
        code: 'recorder.bad_message',
        reason: 'data',
        what: `A message of ${node} is no batch of its raw tape: ${why}.`,
        where: node,
        remedy: 'It is left out; see who publishes under the name of that node.',
      }),
    )
  }
}

/** What a tape is named becomes a path, so it has to be a name. */
function refusal(node: string, { head }: TapeBatch): string {
  const [owner = '', session = '', ...more] = head.tape.split('/')
  if (owner !== node || more.length > 0) return `it is of the tape ${head.tape}`
  if (!isSpoolable(head)) return `it names itself ${head.epoch}/${head.number}`
  return isToken(session) ? '' : 'its tape has no name'
}

export function tapeFolder(directory: string, tape: string): string {
  return join(directory, ...tape.split('/'))
}
