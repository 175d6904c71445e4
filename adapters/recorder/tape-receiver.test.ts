import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { spoolFiles } from './spool-folder.ts'
import { encodeTapeBatch } from './tape-batch.ts'
import { TapeReceiver, tapeFolder } from './tape-receiver.ts'

test('[R15] a batch of the node’s own tape is a file in the folder of that tape', async () => {
  const { receiver, directory, told } = await place()
  await receiver.take('alpha', batchOf('alpha/first', 2))
  const files = await spoolFiles(tapeFolder(directory, 'alpha/first'))
  expect([files.map(({ epoch, number }) => [epoch, number]), told]).toEqual([[[1, 2]], []])
})

test.each([
  ['of another node’s tape', 'beta/first'],
  ['whose tape leads out of the folder', 'alpha/..'],
  ['whose tape leads further in', 'alpha/first/second'],
  ['whose tape is a path of the machine', 'alpha//etc'],
])('[R15] a batch %s is told, counted and left out', async (_, tape) => {
  const { receiver, directory, told } = await place()
  await receiver.take('alpha', batchOf(tape, 1))
  expect([await readdir(directory), told, receiver.refused_count]).toEqual([[], ['recorder.bad_message'], 1])
})

test.each([
  [0, 1],
  [-1, 1],
  [100_000_000, 1],
  [1, 0],
  [1, 10_000_000_000],
])(
  '[R15] a batch %i/%i, of which no file would be looked at, is told, counted and left out',
  async (epoch, number) => {
    const { receiver, directory, told } = await place()
    await receiver.take('alpha', batchOf('alpha/first', number, epoch))
    expect([await readdir(directory), told, receiver.refused_count]).toEqual([
      [],
      ['recorder.bad_message'],
      1,
    ])
  },
)

test('[R15] bytes that are no batch, or one with any byte changed, are told, counted and left out', async () => {
  const { receiver, directory, told } = await place()
  await receiver.take('alpha', new Uint8Array(3))
  const bytes = batchOf('alpha/first', 1)
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at] = (changed[at] as number) ^ 1
    await receiver.take('alpha', changed)
  }
  expect([await readdir(directory), told.length]).toEqual([[], bytes.length + 1])
})

function batchOf(tape: string, number: number, epoch = 1): Uint8Array {
  const head = { tape, epoch, number, last_seq: 0, is_last: false, streams: [], next_rows: {} }
  return encodeTapeBatch({ head, sections: [] })
}

async function place() {
  const directory = await mkdtemp(join(tmpdir(), 'orrery-received-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const told: string[] = []
  const receiver = new TapeReceiver({ directory, onRefused: ({ code }) => told.push(code) })
  return { receiver, directory, told }
}
