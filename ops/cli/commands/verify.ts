import { EXIT_CODE, OperatingError } from '../../../schemas/operating-error.ts'
import type { FolderVerification } from '../../backtest/verify-folder.ts'
import type { OpenedSession } from '../../session/session-journal.ts'
import { grouped } from '../../text/table.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'verify',
  summary: 'Run a session again from its journal and prove that it comes out the same.',
  usage: 'SESSION',
  description: `
SESSION is the folder of a run or of a session, or its name under ./runs. A live session is run again epoch by
epoch from its journal alone: every effect, timer, snapshot and base must come out byte for byte; one that runs up to what
is durable at this moment, which the command names. Of a backtest the command
loads the strategies and the configuration that the run's journal stores, reads the same history, runs it again in this
fresh process, and compares every input and every order command, the hashes of outputs and state, and what result.json
(its run_id and timing aside) and the CSV files beside the journal say, as far as they are there. Ends with exit code 4 and the first difference when they are not identical.
What another build of orrery made is named as such, and run again under the number of the behaviour it was made under: inputs,
effects, outputs and ledgers must be the same; states, which each build keeps in its own form, are not compared.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {
    current: {
      type: 'boolean',
      description: 'Of a live session: run the strategies as they are on disk now, not those stored.',
    },
    store: {
      type: 'string',
      value: 'DIR',
      description: 'Folder of the tick store (default: the one the run read).',
    },
  },
  examples: [
    { line: 'orrery verify runs/demo-20260105T101500123', what: 'the folder that orrery backtest printed' },
    { line: 'orrery verify first', what: 'the session named first' },
    { line: 'orrery verify first --current', what: 'would the strategies of today have done the same?' },
  ],
  run: verify,
}

async function verify(call: Call): Promise<Outcome> {
  const { openSessionFolder } = await import('../../session/session-journal.ts')
  const [name = ''] = call.arguments
  const session = await openSessionFolder(name, 'orrery verify')
  if (session !== undefined) return verifyLive(call, session)
  if (call.flag('current')) throw unfitOption('current', 'the run of a backtest is verified as it was stored')
  const { verifyFolder } = await import('../../backtest/verify-folder.ts')
  const { candidatesOf, foundSession } = await import('../../live/session-folder.ts')
  const folder = await foundSession(name)
  if (folder === undefined) throw noRun(candidatesOf(name))
  const found = await verifyFolder({ folder, store: call.text('store'), progress: call.progress })
  return {
    json: { ...found, difference: found.difference ?? null, file_difference: found.file_difference ?? null },
    text: `${[...lines(found), ...buildLines(found)].join('\n')}\n`,
    exit_code: found.is_equal ? EXIT_CODE.done : EXIT_CODE.mismatch,
  }
}

async function verifyLive(call: Call, opened: OpenedSession): Promise<Outcome> {
  const { verifySession } = await import('../../session/verify-session.ts')
  const { verificationText } = await import('../../session/verification-text.ts')
  try {
    if (call.text('store') !== undefined) throw unfitOption('store', 'a session has its rows in its journal')
    const current_from = call.flag('current') ? process.cwd() : undefined
    const found = await verifySession({ opened, current_from, progress: call.progress })
    return {
      json: { ...found, difference: found.difference ?? null },
      text: verificationText(found),
      exit_code: found.is_equal ? EXIT_CODE.done : EXIT_CODE.mismatch,
    }
  } finally {
    await opened.journal.close()
  }
}

function lines(found: FolderVerification): string[] {
  const { run_id, is_equal, difference, file_difference, record_count, end, build } = found
  if (is_equal) {
    const records = `${grouped(record_count)} journal records`
    const compared = build.of_run === build.running ? `${records} and the state at the end` : records
    return [
      `✓ ${run_id} came out the same: ${compared}.`,
      `  output_hash ${end.output_hash}`,
      `  state_hash  ${end.state_hash}`,
    ]
  }
  if (file_difference !== undefined) {
    const { file, place, recorded, again } = file_difference
    return [
      `✗ ${run_id} came out as its journal says, but ${file} says something else in ${place}.`,
      `  recorded: ${recorded ?? 'nothing'}`,
      `  again:    ${again ?? 'nothing'}`,
    ]
  }
  return [
    `✗ ${run_id} did not come out the same; the first difference is at journal record ${difference?.lsn}.`,
    `  recorded: ${difference?.recorded ?? 'nothing more'}`,
    `  again:    ${difference?.again ?? 'nothing more'}`,
  ]
}

function buildLines({ build, behaviour, is_equal }: FolderVerification): string[] {
  if (build.of_run === build.running) return []
  const line = `  It was made by another build of orrery, ${build.of_run.slice(0, 12)}, and run by this one, ${build.running.slice(0, 12)}, under behaviour ${behaviour}.`
  const left =
    '  The state at the end and the files beside the journal are in the form of that build: they were not compared.'
  return is_equal ? [line, left] : [line, '  Verify it with the build that made it before looking further.']
}

function unfitOption(option: string, why: string): OperatingError {
  return new OperatingError({
    code: 'verify.unfit_option',
    reason: 'usage',
    what: `--${option} is for nothing here: ${why}.`,
    where: `--${option}`,
    remedy: 'Leave it out.',
  })
}

function noRun(candidates: readonly string[]): OperatingError {
  return new OperatingError({
    code: 'verify.no_run',
    reason: 'usage',
    what: 'There is no run in the folder, and no session of that name.',
    where: candidates.join(', '),
    remedy: 'Name the folder that orrery backtest or orrery paper printed.',
  })
}
