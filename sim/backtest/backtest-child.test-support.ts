// A process to be killed: runs a backtest under `durability: local` on the file journal at argv[2], prints a line when
// it starts, one when the journal is open, one for every command its venue receives, and the result's hashes.

import { writeSync } from 'node:fs'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { SimulatedExchange } from '../exchange/simulated-exchange.ts'
import { runScenario, type Scenario, scenarioOf } from './proof-session.test-support.ts'
import { PROOF_STRATEGY_IDS } from './proof-strategies.test-support.ts'
import { barTape, quoteTape, SECOND_US, tradeTape } from './tape.test-support.ts'
import { witness } from './venue-witness.test-support.ts'

export function childScenario(): Promise<Scenario> {
  return scenarioOf({
    tapes: [
      quoteTape({ instrument_id: 'AAA.one', row_count: 120, shared_stamps: true }),
      quoteTape({ instrument_id: 'BBB.two', row_count: 80 }),
      tradeTape({ instrument_id: 'BBB.two', row_count: 50, seed: 3 }),
      barTape({ instrument_id: 'AAA.one', interval_us: 7 * SECOND_US }),
    ],
    strategies: PROOF_STRATEGY_IDS,
    venue: { latency: { submit_us: 2_000, report_us: 40_000 } },
    config: { durability: 'local' },
  })
}

async function main(directory: string): Promise<void> {
  print('started')
  const journal = await openFileJournal({ directory, segment_bytes_max: 8_000 })
  print('opened')
  witness(SimulatedExchange.prototype, (command) => print(`sent ${command.toString('hex')}`))
  const { hashes } = await runScenario(await childScenario(), journal)
  await journal.close()
  print(`ended ${JSON.stringify(hashes)}`)
}

function print(line: string): void {
  writeSync(1, `${line}\n`)
}

const [, , directory] = process.argv
if (import.meta.main && directory !== undefined) await main(directory)
