import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, watch, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { judgedTakeover } from './kill-judge.test-support.ts'
import { sessionText, TRADER } from './killed-config.test-support.ts'
import { Surroundings } from './surroundings.test-support.ts'

const ENTRY = fileURLToPath(new URL('./killed-session.test-support.ts', import.meta.url))

test('[N17] a node stopped for longer than its lease is taken over, and sends no order more when it goes on', {
  timeout: 120_000,
}, async () => {
  const { folder, surroundings } = await place()
  const leader = new Node(folder, '', join(folder, 'runs'))
  await leader.said(/^running 1/)
  const standby = new Node(folder, 'stands by', join(folder, 'standby'))
  await standby.said(/^standby standing by/)
  leader.kill('SIGSTOP')
  await standby.said(/^running 2/)
  leader.kill('SIGCONT')
  expect(await leader.ended()).toBe(1)
  expect(leader.failures).toEqual([expect.stringContaining('this node sends no more orders')])
  standby.kill('SIGTERM')
  const end = await standby.ended()
  expect({ end, failures: standby.failures }).toEqual({ end: 0, failures: [] })
  await surroundings.stop()
  expect(
    await judgedTakeover(join(folder, 'standby/kill'), join(folder, 'runs/exchange-kill')),
  ).toBeUndefined()
})

test('[N17] [N21] a node that is killed is taken over by its standby, which took snapshots meanwhile and knows all its orders', {
  timeout: 120_000,
}, async () => {
  const { folder, surroundings } = await place()
  const leader = new Node(folder, '', join(folder, 'runs'))
  await leader.said(/^running 1/)
  const standby = new Node(folder, 'stands by', join(folder, 'standby'))
  await standby.said(/^standby standing by/)
  await snapshotIn(join(folder, 'standby/kill/journal/epoch-000001'))
  leader.kill('SIGKILL')
  await standby.said(/^running 2/)
  standby.kill('SIGTERM')
  expect(await standby.ended()).toBe(0)
  await surroundings.stop()
  expect(
    await judgedTakeover(join(folder, 'standby/kill'), join(folder, 'runs/exchange-kill')),
  ).toBeUndefined()
})

test('a standby under local durability refuses, and names the last record that was copied', {
  timeout: 120_000,
}, async () => {
  const { folder } = await place()
  const leader = new Node(folder, '', join(folder, 'runs'))
  await leader.said(/^running 1/)
  const text = await sessionOf(folder)
  await writeFile(join(folder, 'session.yaml'), text.replace('durability: replicated', 'durability: local'))
  const standby = new Node(folder, 'stands by', join(folder, 'standby'))
  expect(await standby.ended()).toBe(1)
  expect(standby.errors()).toMatch(
    /standby.not_replicated|epoch 1 up to record \d+ was the last that was copied/,
  )
  leader.kill('SIGKILL')
  await leader.ended()
})

/** Resolves when the standby has taken a snapshot of its own. */
async function snapshotIn(epoch: string): Promise<void> {
  for await (const { filename } of watch(epoch)) if (filename?.startsWith('snapshot-')) return
}

async function place() {
  const folder = await mkdtemp(join(tmpdir(), 'orrery-takeover-'))
  const surroundings = await Surroundings.start(folder)
  onTestFinished(async () => {
    await surroundings.stop()
    await rm(folder, { recursive: true, force: true })
  })
  await writeFile(join(folder, 'trader.ts'), TRADER)
  await writeFile(join(folder, 'session.yaml'), sessionText(surroundings))
  return { folder, surroundings }
}

function sessionOf(folder: string): Promise<string> {
  return readFile(join(folder, 'session.yaml'), 'utf8')
}

/** A node in a process of its own. */
class Node {
  readonly lines: string[] = []
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown[]>
  readonly #waiting: { readonly what: RegExp; readonly resolve: () => void }[] = []
  #errors = ''

  constructor(folder: string, role: string, journal: string) {
    const args = [ENTRY, join(folder, 'session.yaml'), join(folder, 'notes'), '', '0', '', role, journal]
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#exit = once(this.#child, 'exit')
    onTestFinished(() => void this.#child.kill('SIGKILL'))
    this.#child.stderr?.on('data', (text) => {
      this.#errors += String(text)
    })
    createInterface(this.#child.stdout as NonNullable<ChildProcess['stdout']>).on('line', (line) => {
      this.lines.push(line)
      for (const { what, resolve } of this.#waiting) if (what.test(line)) resolve()
    })
  }

  get failures(): string[] {
    return this.lines.filter((line) => line.startsWith('failure'))
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async ended(): Promise<number | null> {
    return (await this.#exit)[0] as number | null
  }

  errors(): string {
    return this.#errors
  }

  /** Resolves when it has said something; rejects when it ended without. */
  said(what: RegExp): Promise<void> {
    if (this.lines.some((line) => what.test(line))) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ what, resolve })
      this.#exit.then(
        ([code]) => reject(new Error(`it ended with ${code}: ${this.lines.join('; ')} ${this.#errors}`)),
        reject,
      )
    })
  }
}
