// A node folded from the records of another, as a session that goes on after a change folds them.

import { readEffects } from '../engine/effect-record.ts'
import { RECORD_KIND } from '../engine/journal-port.ts'
import { LedgerFold } from './ledger-fold.ts'
import { TestNode, type TestNodeOptions } from './trading-node.test-support.ts'

export function foldedFrom({ journal }: TestNode, options: TestNodeOptions): TestNode {
  const folded = new TestNode(options)
  const fold = new LedgerFold(folded.trading)
  for (const { kind, bytes } of journal.records) {
    if (kind !== RECORD_KIND.effects) continue
    const { seq, ts_seq_us, commands, holdings } = readEffects(bytes, () => 0)
    fold.effects(seq, ts_seq_us, commands, holdings)
  }
  fold.end()
  return folded
}
