// The journal's file operations on the disk.

import * as fs from 'node:fs'
import { dirname } from 'node:path'
import type { JournalFile, JournalFs } from '../../engine/journal-fs-port.ts'
import { lockDirectory } from './directory-lock.ts'
import { makeFolders } from './make-folders.ts'

export const nodeJournalFs: JournalFs = {
  create: (path) => new NodeJournalFile(path, fs.openSync(path, 'wx+')),
  open: async (path) => new NodeJournalFile(path, await openDescriptor(path, 'r+')),
  list: async (directory) => (await fs.promises.readdir(directory)).sort(),
  makeDirectory: async (path) => {
    for (const made of (await makeFolders(path)).reverse()) await fsyncDirectory(dirname(made))
  },
  rename: (from, to) => fs.promises.rename(from, to),
  remove: (path) => fs.promises.rm(path, { recursive: true, force: true }),
  fsyncDirectory,
  lock: async (directory, command) => lockDirectory(directory, command),
}

/** The same for who only reads, and may not have to be allowed to write. */
export const readingJournalFs: JournalFs = {
  ...nodeJournalFs,
  open: async (path) => new NodeJournalFile(path, await openDescriptor(path, 'r')),
}

class NodeJournalFile implements JournalFile {
  readonly path: string
  readonly #descriptor: number

  constructor(path: string, descriptor: number) {
    this.path = path
    this.#descriptor = descriptor
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) done += await this.#writeSome(bytes, done, offset + done)
  }

  writeSync(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length; )
      done += fs.writeSync(this.#descriptor, bytes, done, bytes.length - done, offset + done)
  }

  fdatasync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.#descriptor, (error) => (error === null ? resolve() : reject(error)))
    })
  }

  async read(into: Uint8Array, offset: number): Promise<number> {
    let done = 0
    while (done < into.length) {
      const count = await this.#readSome(into, done, offset + done)
      if (count === 0) break
      done += count
    }
    return done
  }

  size(): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.fstat(this.#descriptor, (error, stats) => (error === null ? resolve(stats.size) : reject(error)))
    })
  }

  truncate(size: number): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.ftruncate(this.#descriptor, size, (error) => (error === null ? resolve() : reject(error)))
    })
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.close(this.#descriptor, (error) => (error === null ? resolve() : reject(error)))
    })
  }

  #writeSome(bytes: Uint8Array, from: number, offset: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.write(this.#descriptor, bytes, from, bytes.length - from, offset, (error, count) =>
        error === null ? resolve(count) : reject(error),
      )
    })
  }

  #readSome(into: Uint8Array, from: number, offset: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.#descriptor, into, from, into.length - from, offset, (error, count) =>
        error === null ? resolve(count) : reject(error),
      )
    })
  }
}

function openDescriptor(path: string, flags: string): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, (error, descriptor) => (error === null ? resolve(descriptor) : reject(error)))
  })
}

async function fsyncDirectory(path: string): Promise<void> {
  const directory = await fs.promises.open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
