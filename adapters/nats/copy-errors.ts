// Why a journal and its copy on the bus do not belong together, in words for whoever has to decide which one is right.

import type { Batch } from '../../engine/journal/batch-format.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

type Place = Pick<Batch, 'epoch' | 'number'>

export function copyAhead({ epoch, number }: Place, subject: string): OperatingError {
  return new OperatingError({
    code: 'journal.copy_ahead',
    reason: 'data',
    what: `The copy of the journal on the bus is ahead of this one: it goes up to batch ${number} of epoch ${epoch}. Another node has taken over since, or this folder was set back.`,
    where: subject,
    remedy: 'Start this node as a standby with an empty folder: it follows the copy, and may then take over.',
  })
}

export function copyDiverged({ epoch, number }: Place, subject: string): OperatingError {
  return new OperatingError({
    code: 'journal.copy_diverged',
    reason: 'data',
    what: `This journal and its copy on the bus tell different stories from batch ${number} of epoch ${epoch} on, at the latest.`,
    where: subject,
    remedy: 'Find out which of the two the venue knows; keep both until then, and trade on neither.',
  })
}

export function copyPruned({ epoch, number }: Place, first_epoch: number, subject: string): OperatingError {
  return new OperatingError({
    code: 'journal.copy_diverged',
    reason: 'data',
    what: `The copy on the bus ends in epoch ${epoch}, batch ${number}, and this journal begins with epoch ${first_epoch}: what lies between was pruned before it was copied.`,
    where: subject,
    remedy: 'Restore the missing epochs of this journal from a backup.',
  })
}

export function replicaAhead({ epoch, number }: Place, subject: string): OperatingError {
  return new OperatingError({
    code: 'journal.replica_ahead',
    reason: 'data',
    what: `This folder goes up to batch ${number} of epoch ${epoch}, and the copy on the bus does not: the server lost the end of it, or the folder belongs to another journal.`,
    where: subject,
    remedy:
      'Start the node whose journal it is: it copies what the bus lacks. Or remove this folder and follow anew.',
  })
}

export function copyUnreachable(cause: unknown, subject: string): OperatingError {
  const said = cause instanceof Error ? cause.message : String(cause)
  return new OperatingError({
    code: 'journal.copy_unreachable',
    reason: 'unavailable',
    what: `The copy of the journal cannot be read or written: ${said}.`,
    where: subject,
    remedy: 'See that the NATS server runs and has its streams, or use durability: local.',
    cause,
  })
}

export function copyFull(cause: Error, subject: string): OperatingError {
  return new OperatingError({
    code: 'journal.copy_full',
    reason: 'unavailable',
    what: 'The stream that holds the copy of this journal is full.',
    where: subject,
    remedy:
      'Run orrery nats prune --node NODE, which removes old epochs from the copy, or orrery nats up --journal-mib N, which makes it larger.',
    cause,
  })
}
