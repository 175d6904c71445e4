// What `orrery sessions archive` and `orrery sessions prune` did, for scripts and for a person.

import type { Outcome } from '../cli/command.ts'
import { grouped } from '../text/table.ts'
import type { archiveSession, PrunedEpoch } from './archive-session.ts'

export function archiveText({ archived, kept }: Awaited<ReturnType<typeof archiveSession>>): string {
  const left = `${epochWords(kept)} ${kept.length === 1 ? 'stays' : 'stay'} as ${kept.length === 1 ? 'it is' : 'they are'}.`
  if (archived.length === 0) return `Nothing was left to archive; ${left}\n`
  const lines = archived.map(
    ({ epoch, file, bytes, unpacked_bytes }) =>
      `epoch ${epoch}: ${grouped(unpacked_bytes)} bytes in ${grouped(bytes)}, ${file}`,
  )
  return `${[...lines, left].join('\n')}\n`
}

/** @param name of the session, as it was given. */
export function pruneOutcome(name: string, epochs: readonly PrunedEpoch[], is_confirmed: boolean): Outcome {
  return { json: { epochs, removed: is_confirmed }, text: pruneText(name, epochs, is_confirmed) }
}

function pruneText(name: string, epochs: readonly PrunedEpoch[], is_confirmed: boolean): string {
  if (epochs.length === 0) return 'No archived epoch is old enough to go.\n'
  const what = is_confirmed ? 'removed' : 'would be removed'
  const lines = epochs.map(({ epoch, ended }) => `epoch ${epoch}, ended ${ended}: ${what}`)
  const end = is_confirmed
    ? `orrery verify ${name} begins behind ${epochs.length === 1 ? 'it' : 'them'} from now on.`
    : 'Nothing was removed; with --yes it is, for good.'
  return `${[...lines, end].join('\n')}\n`
}

function epochWords(epochs: readonly number[]): string {
  const [first] = epochs
  return epochs.length === 1 ? `epoch ${first}` : `epochs ${first} to ${epochs.at(-1)}`
}
