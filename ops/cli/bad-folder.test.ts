// Stores, journals and disks that are held, damaged, tampered with, full or left behind half written.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { acquireStoreLock } from '../../adapters/clickhouse/store-lock.ts'
import { openFileJournal } from '../../adapters/journal-file/file-journal.ts'
import { RECORD_KIND } from '../../engine/journal-port.ts'
import { must } from '../../schemas/assert.ts'
import { refusal, useBadInputFolder, writeSession } from './bad-input.test-support.ts'
import { BIN, runCli } from './run-cli.test-support.ts'

const folder = useBadInputFolder()
const TRADING = 'onQuote(ctx) { if (ctx.state.count++ % 100 === 0) ctx.submit(order) },'

/** A finished run of a strategy that orders now and then. */
function finishedRun(name: string): string {
  const out = folder.file(name)
  const config = writeSession(folder.path, 'trading', TRADING)
  expect(runCli(['backtest', config, '--out', out, '--set', 'durability=local']).exit_code).toBe(0)
  return out
}

test('a store that another process holds is named with the holder', () => {
  const config = writeSession(folder.path, 'second', TRADING)
  const lock = acquireStoreLock(folder.file('ticks'))
  try {
    expect(refusal(['backtest', config])).toEqual({
      exit_code: 5,
      code: 'store.locked',
      what: `The tick store is held by process ${process.pid}.`,
      where: folder.file('ticks'),
      remedy: 'Wait until that process ends, stop it, or use another store directory.',
    })
  } finally {
    lock.release()
  }
})

test('a store and a journal directory that cannot be folders are named', () => {
  const config = writeSession(folder.path, 'no-folder', TRADING)
  const file = folder.file('file')
  writeFileSync(file, 'text')
  expect(refusal(['backtest', config, '--set', `data.store=${file}`])).toEqual({
    exit_code: 5,
    code: 'store.not_writable',
    what: 'The tick store cannot be opened: its folder cannot be made or written (EEXIST).',
    where: file,
    remedy: 'Name another directory, correct the owner and mode of this one, or free space on its disk.',
  })
  const { where, ...error } = refusal(['backtest', config, '--set', `journal.directory=${file}/runs`])
  expect(error).toEqual({
    exit_code: 5,
    code: 'backtest.folder_not_writable',
    what: 'The folder of the run cannot be made: ENOTDIR.',
    remedy: 'Free space, correct the owner and mode of its parent, or name another folder.',
  })
  expect(where).toContain(`${file}/runs/bad-`)
})

test('a byte damaged in the middle of a journal is refused with file and offset, and nothing is changed', () => {
  const run = finishedRun('damaged')
  const segment = join(run, 'journal/epoch-000001/segment-000001.journal')
  const bytes = readFileSync(segment)
  const middle = bytes.length >> 1
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
  writeFileSync(segment, bytes)
  const { where, ...error } = refusal(['verify', run])
  expect(error).toMatchObject({
    exit_code: 3,
    code: 'journal.corrupt',
    remedy: 'Restore this file from a copy of the journal; nothing was changed.',
  })
  const offset = Number(must(where?.split(`${segment}, byte `)[1], 'the file and a byte are named'))
  expect(offset).toBeLessThanOrEqual(middle)
  expect(readFileSync(segment)).toEqual(bytes)
})

test('an order that a tampered journal claims is the first difference, in words', async () => {
  const tampered = folder.file('tampered')
  mkdirSync(tampered)
  await copyTampered(join(finishedRun('genuine'), 'journal'), join(tampered, 'journal'))
  const { exit_code, stdout } = runCli(['verify', tampered, '--json'])
  expect(exit_code).toBe(4)
  const { is_equal, difference } = JSON.parse(stdout)
  expect(is_equal).toBe(false)
  expect(JSON.parse(difference.recorded)).toMatchObject([{ payload: { order_quantity_units: 9_000 } }])
  expect(JSON.parse(difference.again)).toMatchObject([{ payload: { order_quantity_units: 1_000 } }])
})

/** Writes the journal anew, whole and sealed, with another quantity in its first order. */
async function copyTampered(from: string, to: string): Promise<void> {
  const journal = await openFileJournal({ directory: from })
  const copy = await openFileJournal({ directory: to })
  const { epoch, header, base } = must(journal.epochs[0], 'the run has an epoch')
  const writer = await copy.openEpoch({ epoch, header, base })
  let isTampered = false
  for await (const { kind, payload } of journal.read(epoch)) {
    if (kind === RECORD_KIND.effects && !isTampered) {
      replaceNumber(payload, 1_000, 9_000)
      isTampered = true
    }
    writer.append(kind, payload)
  }
  await writer.close()
  await copy.close()
  await journal.close()
}

/** Numbers are written by their bits. */
function replaceNumber(bytes: Uint8Array, from: number, to: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const places = Array.from({ length: bytes.length - 7 }, (_, at) => at)
  const at = must(
    places.find((place) => view.getFloat64(place, true) === from),
    'the order has the number',
  )
  view.setFloat64(at, to, true)
}

test('a run that is interrupted ends by the signal, is refused by verify, and leaves everything else to use', () => {
  // The signal comes while rows are replayed, at the same row every time.
  const handlers = "onQuote(ctx) { if (++ctx.state.count === 2_500) process.kill(pid, 'SIGINT') },"
  const config = writeSession(folder.path, 'interrupted', handlers)
  const file = folder.file('interrupted.ts')
  writeFileSync(file, `const { pid } = process\n${readFileSync(file, 'utf8')}`)
  const out = folder.file('interrupted-run')
  const { signal, stdout, stderr } = spawnSync(BIN, ['backtest', config, '--out', out, '--json'], {
    encoding: 'utf8',
  })
  expect({ signal, stdout, stderr }).toEqual({
    signal: 'SIGINT',
    stdout: '',
    stderr: '\nInterrupted by SIGINT.\n',
  })
  expect(refusal(['verify', out])).toEqual({
    exit_code: 3,
    code: 'verify.unfinished_run',
    what: 'The journal of the run ends before its run did; there is no result to verify.',
    where: join(out, 'journal'),
    remedy: 'Run the backtest again: the same configuration gives the same run.',
  })
  expect(refusal(['backtest', config, '--out', out])).toMatchObject({ code: 'backtest.folder_not_empty' })
  expect(runCli(['verify', finishedRun('after')]).exit_code).toBe(0)
})

/** Mounts a disk of this size, or another size where it is mounted; false where only root may. */
function mountDisk(path: string, size: string, ...remount: string[]): boolean {
  return (
    spawnSync('mount', ['-t', 'tmpfs', '-o', [...remount, `size=${size}`].join(), 'tmpfs', path]).status === 0
  )
}

function unmount(path: string): boolean {
  return spawnSync('umount', [path]).status === 0
}

const disk = folder.file('disk')
mkdirSync(disk)
const canMount = mountDisk(disk, '16k') && unmount(disk)
if (!canMount) process.stderr.write('No full disk is tried: mounting a small one needs root.\n')

test.skipIf(!canMount)('a disk that is full is named, whatever was being written to it', () => {
  const config = writeSession(folder.path, 'full', TRADING)
  expect(mountDisk(disk, '16k')).toBe(true)
  try {
    for (const size of ['16k', '64k', '200k']) {
      expect(mountDisk(disk, size, 'remount')).toBe(true)
      const error = refusal(['backtest', config, '--out', join(disk, size)])
      expect(error).toMatchObject({ exit_code: 5, where: expect.stringContaining(join(disk, size)) })
      expect(error.code).toMatch(/^(journal\.disk_full|run_files\.not_written)$/)
      expect(error.remedy).toMatch(/^Free space on that disk/)
    }
  } finally {
    expect(unmount(disk)).toBe(true)
  }
})

test.skipIf(!canMount)('a store whose disk is full is named, whoever was writing', () => {
  expect(mountDisk(disk, '16k')).toBe(true)
  try {
    for (const size of ['64k', '8m']) {
      expect(mountDisk(disk, size, 'remount')).toBe(true)
      const { where, ...error } = refusal(['generate', '--store', join(disk, 'ticks')])
      expect(error).toEqual({
        exit_code: 5,
        code: 'store.disk_full',
        what: 'The disk of the tick store is full.',
        remedy: 'Free space on that disk, then repeat the command; what was imported before is not harmed.',
      })
      expect(where).toContain(join(disk, 'ticks'))
    }
  } finally {
    expect(unmount(disk)).toBe(true)
  }
})
