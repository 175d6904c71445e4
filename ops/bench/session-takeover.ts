// How long a standby takes to trade where the node it follows was killed with -9: exchange, server, node and standby in
// processes of their own, the node's journal copied.

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { must } from '../../schemas/assert.ts'
import { type BenchBus, withBenchServer } from './bench-server.ts'
import { CommandProcess } from './command-process.ts'
import { type BenchScope, type Figure, figure } from './figure.ts'
import { sessionConfig } from './session-config.ts'

const ROWS_PER_S = 2_000
const LOOK_MS = 5

type Takeover = { readonly journaled: number; readonly leased_ms: number; readonly ready_ms: number }

export async function takeoverFigures(scope: BenchScope): Promise<Figure[]> {
  const takeovers: Takeover[] = []
  for (let run = 0; run < scope.runs; run++) {
    scope.note(`takeover by a standby, ${run + 1} of ${scope.runs}`)
    const folder = await mkdtemp(join(scope.folder, 'takeover-'))
    const inputs = 20_000 / scope.divisor
    takeovers.push(await withBenchServer(folder, (bus) => measureTakeover(folder, bus, inputs)))
  }
  return [
    figure(
      'session: inputs journaled before the takeover',
      'inputs',
      takeovers.map(({ journaled }) => journaled),
    ),
    figure(
      'session: takeover, from the kill to the lease, which has to end',
      's',
      takeovers.map(({ leased_ms }) => leased_ms / 1000),
    ),
    figure(
      'session: takeover, from the lease until orders may leave',
      's',
      takeovers.map(({ leased_ms, ready_ms }) => (ready_ms - leased_ms) / 1000),
    ),
  ]
}

async function measureTakeover(folder: string, bus: BenchBus, inputs: number): Promise<Takeover> {
  const load = { rows_per_s: ROWS_PER_S, seconds: 0, bus }
  const session = `bench${ROWS_PER_S}`
  const runs = join(folder, 'standby')
  const started: CommandProcess[] = []
  const start = (...args: string[]): CommandProcess => {
    const command = new CommandProcess(args)
    started.push(command)
    return command
  }
  try {
    // The exchange asks a configuration for its venues and accounts alone.
    const served = await sessionConfig(folder, load)
    const place = ['--listen', '127.0.0.1:0', '--rows-per-s', String(ROWS_PER_S)]
    const exchange = start('exchange', served, ...place, '--ledger', join(folder, 'ledger'))
    const { text } = await exchange.said(/^exchange at/)
    const [address] = must(/tcp:\S+(?=,)/.exec(text), 'it says where it listens')
    const path = await sessionConfig(folder, { ...load, exchange: address })
    const node = start('paper', path)
    await node.said(/are connected/)
    const standby = start('paper', path, '--standby', '--set', `journal.directory=${runs}`)
    await standby.said(/^standing by/)
    const before = await node.until(
      join(folder, 'runs', session),
      LOOK_MS,
      (status) => status.inputs >= inputs,
    )
    const killed_ms = performance.now()
    await node.end('SIGKILL')
    const taken = await standby.said(/is taken over/)
    const after = await standby.until(join(runs, session), LOOK_MS, (status) => status.orders_held_for === '')
    const ready_ms = performance.now() - killed_ms
    must(after, 'the standby trades')
    return {
      journaled: must(before, 'the node ran until it was killed').inputs,
      leased_ms: taken.at_ms - killed_ms,
      ready_ms,
    }
  } finally {
    for (const command of started.reverse()) await command.end('SIGINT')
  }
}
