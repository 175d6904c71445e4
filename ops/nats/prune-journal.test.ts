// The copy of a strategy node's journal fills its stream, and the operator makes room.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { connectNats } from '../../adapters/nats/connect.ts'
import { openJournalCopy } from '../../adapters/nats/journal-copy.ts'
import {
  PAPER_INSTALLATION,
  startNatsServer,
  type TestNatsServer,
} from '../../adapters/nats/nats-server.test-support.ts'
import { strategyRole } from '../../adapters/nats/roles.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'
import { applyInstallation } from './apply-installation.ts'
import { prunedOutcome } from './nats-outcomes.ts'

const MIB = 1 << 20
const ROLE = strategyRole('alpha')
const FULL = 'its stream on the bus is full, and old epochs have to be removed with orrery nats prune'

let server: TestNatsServer
let directory: string
beforeEach(async () => {
  server = await startNatsServer({ installation: roomFor(3 * MIB) })
  directory = await mkdtemp(join(tmpdir(), 'orrery-prune-'))
})
afterEach(async () => {
  await server.stop()
  await rm(directory, { recursive: true, force: true })
})

function roomFor(journal_bytes_max: number) {
  const [alpha] = PAPER_INSTALLATION.strategy_nodes
  return { ...PAPER_INSTALLATION, strategy_nodes: [{ ...must(alpha, 'a node apart'), journal_bytes_max }] }
}

function target(journal_bytes_max = 3 * MIB) {
  const installation = roomFor(journal_bytes_max)
  return { url: server.url, credentials: dirname(server.seedFile('admin')), installation }
}

/** The next epoch of the node, as a session of it goes: its journal and its copy. Returns how it ended. */
async function session(): Promise<string> {
  const { connection } = await connectNats({
    url: server.url,
    role: ROLE,
    seed_file: server.seedFile(ROLE),
    money: 'paper',
    onDoubt: () => undefined,
    onViolation: (fault) => {
      throw fault
    },
  })
  const journal = await openFileJournal({ directory })
  try {
    const told: string[] = []
    const copy = await openJournalCopy({
      connection,
      stream: 'PAPER_JOURNAL_alpha',
      subject: 'paper.apart.alpha.journal.alpha',
      directory,
      epochs: journal.epochs,
      fixed_consumer: ROLE,
      isHeld: () => true,
      onBehind: (_, reason) => told.push(reason),
    })
    const epoch = (journal.epochs.at(-1)?.epoch ?? 0) + 1
    const [header, base] = [Buffer.from('header'), Buffer.from('base')]
    const writer = copy.follow(await journal.openEpoch({ epoch, header, base }))
    writer.append(RECORD_KIND.input, new Uint8Array(MIB))
    await writer.commit()
    await journal.close()
    return (await copy.close()) ? 'copied' : told.join()
  } catch (error) {
    await journal.close()
    return (error as OperatingError).code
  } finally {
    await connection.close()
  }
}

async function pruned(node: string, epochs_kept: number): Promise<string> {
  try {
    return (await prunedOutcome(target(), { node, epochs_kept })).text
  } catch (error) {
    if (error instanceof OperatingError) return error.code
    throw error
  }
}

test('[C11] [N17] a full copy is told and refused at the next start; old epochs removed, the node goes on', async () => {
  expect(await pruned('alpha', 2)).toBe('The journal of alpha has no copy yet.\n')
  expect([await session(), await session(), await session()]).toEqual(['copied', 'copied', FULL])
  expect(await session()).toBe('journal.copy_full')
  expect(await pruned('alpha', 2)).toMatch(
    /^PAPER_JOURNAL_alpha: 2 batches removed; epochs 2 to 3 left, 1\.\d of 3\.0 MiB\.\n$/,
  )
  // What was not copied of the epoch before is, and of its own no more than the opening.
  expect(await session()).toBe(FULL)
  expect(await pruned('alpha', 1)).toMatch(/: 4 batches removed; epoch 4 left/)
  expect(await session()).toBe('copied')
  expect(await pruned('alpha', 5)).toMatch(/: 0 batches removed; epochs 4 to 5 left/)
  await applyInstallation(target(64 * MIB))
  expect(await session()).toBe('copied')
})

test('[N17] copies of trading nodes are for ever', async () => {
  expect([await pruned('main', 1), await pruned('', 1)]).toEqual(['nats.no_such_node', 'nats.no_such_node'])
})
