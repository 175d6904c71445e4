// The commands by name. A command's module is loaded when it is called, so that help and a misspelt name cost nothing.

import type { Command } from './command.ts'

export type CommandEntry = {
  readonly name: string
  readonly summary: string
  load(): Promise<{ readonly command: Command }>
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'Watch a strategy trade a generated history; no account, no server.',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'import',
    summary: 'Bring histories of quotes, trades, bars and books into the tick store.',
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'generate',
    summary: 'Make a seeded history of quotes or of a book in the tick store.',
    load: () => import('./commands/generate.ts'),
  },
  {
    name: 'data',
    summary: 'Show what the tick store holds.',
    load: () => import('./commands/data.ts'),
  },
  {
    name: 'backtest',
    summary: 'Run a configured session over the history in the tick store.',
    load: () => import('./commands/backtest.ts'),
  },
  {
    name: 'verify',
    summary: 'Run a session again from its journal and prove that it comes out the same.',
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'nats',
    summary: 'Run a NATS server for sessions, and keep its streams as they should be.',
    load: () => import('./commands/nats.ts'),
  },
  {
    name: 'paper',
    summary: 'Trade a configured session in real time on the simulated exchange.',
    load: () => import('./commands/paper.ts'),
  },
  {
    name: 'exchange',
    summary: 'Run the simulated exchange in a process of its own, or audit its ledger.',
    load: () => import('./commands/exchange.ts'),
  },
  {
    name: 'market',
    summary: 'Act upon a simulated market as its operator: bust or correct a trade, halt an instrument.',
    load: () => import('./commands/market.ts'),
  },
  {
    name: 'live',
    summary: 'Trade real money through a broker; refused while there is no adapter.',
    load: () => import('./commands/live.ts'),
  },
  {
    name: 'status',
    summary: 'Show what a running session is doing.',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'stop',
    summary: 'End a running session gracefully.',
    load: () => import('./commands/stop.ts'),
  },
  {
    name: 'recorder',
    summary: 'Record what live sessions saw into the tick store.',
    load: () => import('./commands/recorder.ts'),
  },
  {
    name: 'replay',
    summary: 'Show a live session again as it happened, from its journal.',
    load: () => import('./commands/replay.ts'),
  },
  {
    name: 'sessions',
    summary: 'List the sessions of a folder, pack their old epochs, remove packed ones.',
    load: () => import('./commands/sessions.ts'),
  },
  {
    name: 'why',
    summary: 'Tell why an order came about, and what became of it.',
    load: () => import('./commands/why.ts'),
  },
  {
    name: 'diff',
    summary: 'Compare what two sessions or runs ordered.',
    load: () => import('./commands/diff.ts'),
  },
  {
    name: 'doctor',
    summary: 'Check that this machine can run orrery, and say what to do where it cannot.',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'bench',
    summary: 'Measure the engine on this machine, on data it generates.',
    load: () => import('./commands/bench.ts'),
  },
]
