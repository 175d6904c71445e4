// What a verification of a live session found, for a person.

import { isoTime } from '../../schemas/units.ts'
import { alignedRows, counted } from '../text/table.ts'
import type { SessionDifference } from './rerun-session.ts'
import type { SessionVerification } from './verify-session.ts'

export function verificationText(found: SessionVerification): string {
  const lines = found.is_equal ? equalLines(found) : differenceLines(found)
  const limits = [found.pruned, found.up_to].flatMap((words) => (words === '' ? [] : [`  ${words}`]))
  return `${[...lines, ...limits, ...sourceLines(found), ...buildLines(found)].join('\n')}\n`
}

function equalLines(found: SessionVerification): string[] {
  const { records, snapshots, epochs, output_hash } = found
  return [
    `✓ ${nameOf(found)} came out the same: ${counted(records, 'journal record')} and ${counted(snapshots, 'snapshot')} in ${counted(epochs.length, 'epoch')}.`,
    ...alignedRows(
      epochs.map(({ epoch, base, records: count }) => [
        `  epoch ${epoch}`,
        counted(count, 'record'),
        `base ${base}`,
      ]),
      [1],
    ),
    `  output_hash ${output_hash}`,
  ]
}

function differenceLines(found: SessionVerification): string[] {
  const { difference } = found
  if (difference === undefined) return []
  return [
    `✗ ${nameOf(found)} did not come out the same; the first difference is ${placeOf(difference)}.`,
    `  recorded: ${difference.recorded ?? 'nothing more'}`,
    `  again:    ${difference.again ?? 'nothing more'}`,
  ]
}

/** As the command line takes it. */
function nameOf({ session, node }: SessionVerification): string {
  return node === '' ? session : `${session}/${node}`
}

function placeOf({ epoch, lsn, seq, ts_us }: SessionDifference): string {
  if (lsn === undefined) return `where epoch ${epoch} begins`
  return `in epoch ${epoch}, record ${lsn}, at input ${seq} of ${isoTime(ts_us)}`
}

function sourceLines({ other_sources, is_equal }: SessionVerification): string[] {
  if (other_sources.length === 0) return []
  const end = is_equal ? 'and the outputs are equal' : 'than the one that ran'
  return [`  The source of ${other_sources.join(', ')} on disk is another one${is_equal ? ',' : ''} ${end}.`]
}

function buildLines({ build, behaviour, is_equal }: SessionVerification): string[] {
  if (build.of_run === build.running) return []
  const line = `  It was made by another build of orrery, ${build.of_run.slice(0, 12)}, and run by this one, ${build.running.slice(0, 12)}, under behaviour ${behaviour}.`
  return is_equal ? [line] : [line, '  Verify it with the build that made it before looking further.']
}
