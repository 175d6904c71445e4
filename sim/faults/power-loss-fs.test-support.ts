// A disk in memory that loses power. Each file keeps what is durable apart from what was written and not synced, each
// directory its durable names apart from its unsynced changes. `crash` keeps some of what was unsynced, tears it, and
// flips a bit in it; what was synced it never touches.

import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import { RandomStream } from '../../engine/random-stream.ts'
import { assert, must } from '../../schemas/assert.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

type Change =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number }

type FileNode = {
  readonly kind: 'file'
  /** What a reader sees while the power is on. */
  seen: Uint8Array
  durable: Uint8Array
  unsynced: Change[]
}

type Rename = { readonly from: string; readonly to: string }
type NameChange = { readonly put: string; readonly node: Node } | { readonly drop: string } | Rename

type DirectoryNode = {
  readonly kind: 'directory'
  names: Map<string, Node>
  durable: Map<string, Node>
  unsynced: NameChange[]
}

type Node = FileNode | DirectoryNode

/** Faults to come, each at most once. */
export type DiskFaults = {
  /** The power fails at this operation (counted from 0): it happens or not, and every later one fails. */
  power_off_at_operation?: number
  /** Writes fail with ENOSPC once this many bytes were written in all; the bytes that fit are written. */
  disk_full_after_bytes?: number
  /** This fdatasync (counted from 0) fails with EIO; as on Linux, the pages are then clean and never reach the disk. */
  sync_error_at?: number
  /** The disk lies: fdatasync succeeds and does nothing. */
  sync_does_nothing?: boolean
  /** The file system lies: syncing a directory succeeds and does nothing. */
  directory_sync_does_nothing?: boolean
}

export class PowerLossFs implements JournalFs {
  #root: DirectoryNode = newDirectory()
  #generation = 0
  #locked = new Set<string>()
  #operations = 0
  #bytes_written = 0
  #syncs = 0
  faults: DiskFaults

  constructor(faults: DiskFaults = {}) {
    this.faults = faults
  }

  /** Operations so far, the ruler for `power_off_at_operation`. */
  get operations(): number {
    return this.#operations
  }

  get bytes_written(): number {
    return this.#bytes_written
  }

  /** Loses power: unsynced changes are partly gone, open files and locks are dead, the faults are over. */
  crash(seed: number): void {
    const random = new RandomStream(seed, 'power_loss')
    this.#root = afterPowerLoss(this.#root, random)
    this.restart()
  }

  /** Ends the process but not the power: all written bytes stay, open files and locks are dead, the faults are over. */
  restart(): void {
    this.#generation += 1
    this.#locked.clear()
    this.faults = {}
  }

  /** Whether `power_off_at_operation` has struck. */
  get power_is_off(): boolean {
    return this.#operations > (this.faults.power_off_at_operation ?? Number.POSITIVE_INFINITY)
  }

  /** Damages a medium: flips one bit of what is durable and seen. */
  flipBit(path: string, bit: number): void {
    const file = this.#file(path)
    for (const bytes of new Set([file.seen, file.durable]))
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  }

  /** The bytes of a file as seen now. */
  bytesOf(path: string): Uint8Array {
    return this.#file(path).seen
  }

  /** Paths of all files as seen now, sorted. */
  files(): string[] {
    return filesUnder(this.#root, '').sort()
  }

  create(path: string): JournalFile {
    this.#operation()
    const { directory, name } = this.#parent(path)
    if (directory.names.has(name)) throw systemError('EEXIST', path)
    const node: FileNode = { kind: 'file', seen: new Uint8Array(), durable: new Uint8Array(), unsynced: [] }
    directory.names.set(name, node)
    directory.unsynced.push({ put: name, node })
    return this.#handle(path, node)
  }

  async open(path: string): Promise<JournalFile> {
    this.#operation()
    return this.#handle(path, this.#file(path))
  }

  async list(path: string): Promise<string[]> {
    this.#operation()
    return [...this.#directory(path).names.keys()].sort()
  }

  async makeDirectory(path: string): Promise<void> {
    this.#operation()
    let at = this.#root
    for (const name of namesOf(path)) {
      const found = at.names.get(name)
      const next = found ?? newDirectory()
      assert(next.kind === 'directory', `${name} in ${path} is a directory`)
      at.names.set(name, next)
      at.durable.set(name, next)
      at = next
    }
  }

  async rename(from: string, to: string): Promise<void> {
    this.#operation()
    const source = this.#parent(from)
    const target = this.#parent(to)
    assert(source.directory === target.directory, 'the journal renames within one directory')
    const node = source.directory.names.get(source.name)
    if (node === undefined) throw systemError('ENOENT', from)
    const change = { from: source.name, to: target.name }
    applyName(source.directory.names, change)
    source.directory.unsynced.push(change)
  }

  async remove(path: string): Promise<void> {
    this.#operation()
    const { directory, name } = this.#parent(path)
    if (!directory.names.delete(name)) return
    directory.unsynced.push({ drop: name })
  }

  async fsyncDirectory(path: string): Promise<void> {
    this.#operation()
    if (this.faults.directory_sync_does_nothing === true) return
    const directory = this.#directory(path)
    for (const change of directory.unsynced.splice(0)) applyName(directory.durable, change)
  }

  async lock(path: string): Promise<() => void> {
    if (this.#locked.has(path))
      throw new OperatingError({
        code: 'journal.locked',
        reason: 'unavailable',
        what: 'The journal is in use by this simulated process.',
        where: path,
      })
    this.#locked.add(path)
    return () => this.#locked.delete(path)
  }

  #handle(path: string, node: FileNode): JournalFile {
    const generation = this.#generation
    const alive = () => {
      assert(generation === this.#generation, 'a file opened before the power loss is not used after it')
      this.#operation()
    }
    return {
      path,
      write: async (bytes, offset) => {
        alive()
        this.#write(node, bytes, offset, path)
      },
      writeSync: (bytes, offset) => {
        alive()
        this.#write(node, bytes, offset, path)
      },
      fdatasync: async () => {
        alive()
        this.#sync(node, path)
      },
      read: async (into, offset) => {
        alive()
        const bytes = node.seen.subarray(offset, offset + into.length)
        into.set(bytes)
        return bytes.length
      },
      size: async () => {
        alive()
        return node.seen.length
      },
      truncate: async (size) => {
        alive()
        change(node, { kind: 'truncate', size })
      },
      close: async () => {},
    }
  }

  #write(node: FileNode, bytes: Uint8Array, offset: number, path: string): void {
    const room = (this.faults.disk_full_after_bytes ?? Number.POSITIVE_INFINITY) - this.#bytes_written
    const fitting = bytes.slice(0, Math.max(0, room))
    this.#bytes_written += fitting.length
    if (fitting.length > 0) change(node, { kind: 'write', offset, bytes: fitting })
    if (fitting.length < bytes.length) throw systemError('ENOSPC', path)
  }

  #sync(node: FileNode, path: string): void {
    if (this.faults.sync_does_nothing === true) return
    const changes = node.unsynced.splice(0)
    if (this.#syncs++ === this.faults.sync_error_at) throw systemError('EIO', path)
    for (const one of changes) node.durable = changed(node.durable, one)
  }

  /** Counts an operation, and fails it and all after it once the power is off. */
  #operation(): void {
    const at = this.#operations++
    if (at >= (this.faults.power_off_at_operation ?? Number.POSITIVE_INFINITY))
      throw systemError('EIO', 'power is off')
  }

  #file(path: string): FileNode {
    const { directory, name } = this.#parent(path)
    const node = directory.names.get(name)
    if (node?.kind !== 'file') throw systemError('ENOENT', path)
    return node
  }

  #directory(path: string): DirectoryNode {
    let at = this.#root
    for (const name of namesOf(path)) {
      const next = at.names.get(name)
      if (next?.kind !== 'directory') throw systemError('ENOENT', path)
      at = next
    }
    return at
  }

  #parent(path: string): { readonly directory: DirectoryNode; readonly name: string } {
    const names = namesOf(path)
    const name = must(names.pop(), 'a path has a name')
    return { directory: this.#directory(names.join('/')), name }
  }
}

/** What is left of a directory and everything under it. Names are kept as a prefix of their changes, as a file system's own journal does. */
function afterPowerLoss(directory: DirectoryNode, random: RandomStream): DirectoryNode {
  const names = new Map(directory.durable)
  for (const change of directory.unsynced.slice(0, random.nextInt(directory.unsynced.length + 1)))
    applyName(names, change)
  const left = newDirectory()
  for (const [name, node] of names) {
    const survivor = node.kind === 'file' ? fileAfterPowerLoss(node, random) : afterPowerLoss(node, random)
    left.names.set(name, survivor)
    left.durable.set(name, survivor)
  }
  return left
}

function fileAfterPowerLoss(file: FileNode, random: RandomStream): FileNode {
  let bytes = file.durable
  for (const one of keptChanges(file.unsynced, random)) bytes = changed(bytes, one)
  return { kind: 'file', seen: bytes, durable: bytes, unsynced: [] }
}

/** A random prefix or a random subset of the changes, perhaps torn and with a flipped bit. */
function keptChanges(changes: readonly Change[], random: RandomStream): Change[] {
  const prefix = changes.slice(0, random.nextInt(changes.length + 1))
  const kept = chance(random, 0.5) ? prefix : changes.filter(() => chance(random, 0.5))
  const last = kept.at(-1)
  if (last?.kind === 'write' && chance(random, 0.5)) kept.splice(-1, 1, torn(last, random))
  if (kept.length > 0 && chance(random, 0.3)) {
    const flipped = random.nextInt(kept.length)
    kept[flipped] = withFlippedBit(must(kept[flipped], 'the change to flip is among the kept'), random)
  }
  return kept
}

/** The write's head, or its tail behind a hole. */
function torn(write: Change & { kind: 'write' }, random: RandomStream): Change {
  const cut = random.nextInt(write.bytes.length + 1)
  if (chance(random, 0.5)) return { ...write, bytes: write.bytes.slice(0, cut) }
  return { ...write, offset: write.offset + cut, bytes: write.bytes.slice(cut) }
}

function withFlippedBit(one: Change, random: RandomStream): Change {
  if (one.kind === 'truncate' || one.bytes.length === 0) return one
  const bytes = one.bytes.slice()
  flip(bytes, random.nextInt(bytes.length * 8))
  return { ...one, bytes }
}

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
}

function chance(random: RandomStream, probability: number): boolean {
  return random.nextFloat() < probability
}

function change(file: FileNode, one: Change): void {
  file.seen = changed(file.seen, one)
  file.unsynced.push(one)
}

function changed(bytes: Uint8Array, one: Change): Uint8Array {
  const size = one.kind === 'truncate' ? one.size : Math.max(bytes.length, one.offset + one.bytes.length)
  const result = new Uint8Array(size)
  result.set(bytes.subarray(0, size))
  if (one.kind === 'write') result.set(one.bytes, one.offset)
  return result
}

function applyName(names: Map<string, Node>, one: NameChange): void {
  if ('put' in one) names.set(one.put, one.node)
  else if ('drop' in one) names.delete(one.drop)
  else {
    const node = names.get(one.from)
    names.delete(one.from)
    if (node !== undefined) names.set(one.to, node)
  }
}

function filesUnder(directory: DirectoryNode, path: string): string[] {
  return [...directory.names].flatMap(([name, node]) =>
    node.kind === 'file' ? `${path}/${name}` : filesUnder(node, `${path}/${name}`),
  )
}

function newDirectory(): DirectoryNode {
  return { kind: 'directory', names: new Map(), durable: new Map(), unsynced: [] }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '')
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}
