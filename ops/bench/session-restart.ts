// How long a session takes to be reconciled and ready after it was killed with -9 at some point behind a million inputs.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { must } from '../../schemas/assert.ts'
import { openPaperSession } from '../live/paper-session.ts'
import { CommandProcess } from './command-process.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { sessionConfig } from './session-config.ts'

export async function restartFigures(scope: BenchScope): Promise<Figure[]> {
  scope.note('restart after a kill')
  const inputs = 1_000_000 / scope.divisor
  const folder = await mkdtemp(join(scope.folder, 'killed-'))
  const path = await sessionConfig(folder, { rows_per_s: 100_000, seconds: 0 })
  const killed = new CommandProcess(['paper', path])
  const status = await killed.until(join(folder, 'runs', 'bench'), 50, (each) => each.inputs >= inputs)
  await killed.end('SIGKILL')
  const began = performance.now()
  const paper = await openPaperSession({
    path,
    set: [],
    observer: {},
    onAlert: () => undefined,
    onFault: () => undefined,
    onFailure: (error) => {
      throw error
    },
    onHistoryEnd: () => undefined,
  })
  const opened_s = (performance.now() - began) / 1000
  await paper.session.run()
  while (!paper.session.is_trading_enabled) await wait(1)
  const ready_s = (performance.now() - began) / 1000
  await paper.session.stop('bench', 'cancel')
  await paper.close()
  return [
    figure('session: inputs journaled before the kill', 'inputs', [
      must(status, 'it ran until it was killed').inputs,
    ]),
    figure('session: restart, journal run again', 's', [opened_s]),
    figure('session: restart, reconciled and ready', 's', [ready_s]),
  ]
}
