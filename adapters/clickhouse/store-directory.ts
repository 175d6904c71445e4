// What a store keeps beside the engine's own files: the batches on their way in, and a marker for each import that
// has begun and is not yet vouched for by a manifest. A marker is on disk before the first row is, so after a crash
// the markers name all rows that no one will ever see.

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TickSeries } from '../../engine/tick-store-port.ts'
import { OperatingError } from '../../schemas/operating-error.ts'

export class StoreDirectory {
  readonly engine: string
  readonly tmp: string
  readonly #begun: string

  constructor(path: string) {
    if (/[*?{}]/.test(path)) throw wildcardPath(path)
    this.engine = join(path, 'chdb')
    this.tmp = join(path, 'tmp')
    this.#begun = join(path, 'begun')
  }

  /** Makes the rooms and drops batches left by a killed process. Only the lock's holder may call it. */
  prepare(): void {
    rmSync(this.tmp, { recursive: true, force: true })
    for (const room of [this.tmp, this.#begun]) mkdirSync(room, { recursive: true })
    this.#dropEmptyDefinitions()
  }

  /** A full disk leaves definitions of tables that are empty files; nothing is in such a table, and the engine would not start. */
  #dropEmptyDefinitions(): void {
    const store = join(this.engine, 'store')
    if (!existsSync(store)) return
    for (const prefix of readdirSync(store))
      for (const database of readdirSync(join(store, prefix)))
        for (const name of readdirSync(join(store, prefix, database))) {
          const path = join(store, prefix, database, name)
          if (name.endsWith('.sql') && statSync(path).size === 0) rmSync(path)
        }
  }

  markBegun(importId: string, series: TickSeries): void {
    const draft = join(this.tmp, importId)
    const file = openSync(draft, 'w')
    try {
      writeSync(file, JSON.stringify(series))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, join(this.#begun, importId))
    syncDirectory(this.#begun)
  }

  unmark(importId: string): void {
    rmSync(join(this.#begun, importId))
  }

  begun(): { import_id: string; series: TickSeries }[] {
    return readdirSync(this.#begun).map((import_id) => ({
      import_id,
      series: JSON.parse(readFileSync(join(this.#begun, import_id), 'utf8')) as TickSeries,
    }))
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/** The engine reads a batch through a path it treats as a pattern. */
function wildcardPath(path: string): OperatingError {
  return new OperatingError({
    code: 'store.path_has_wildcard',
    reason: 'usage',
    what: 'A tick store cannot live in a path with one of the characters * ? { }.',
    where: path,
    remedy: 'Choose another directory.',
  })
}
