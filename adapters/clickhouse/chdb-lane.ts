// One connection to the embedded engine. Connections on one directory run side by side; a connection runs one query
// at a time and has at most one stream. Settings travel inside each statement, never as `SET`, which would stick.

import type { Session } from 'chdb'
import { OperatingError } from '../../schemas/operating-error.ts'
import { diskFull } from './store-disk.ts'

/** The engine's bounds, given when the first connection opens: merges, caches and threads are few beside a backtest. */
const ENGINE_ARGUMENTS = [
  '--background_pool_size=2',
  '--mark_cache_size=16777216',
  '--index_mark_cache_size=1048576',
  '--max_active_parts_loading_thread_pool_size=2',
  '--max_outdated_parts_loading_thread_pool_size=1',
]

export type Cell = string | number

export class ChdbLane {
  readonly #session: Session
  readonly #directory: string

  private constructor(session: Session, directory: string) {
    this.#session = session
    this.#directory = directory
  }

  static async open(engineDirectory: string): Promise<ChdbLane> {
    const { Session } = await import('chdb')
    return new ChdbLane(new Session(engineDirectory, { connectionArgs: ENGINE_ARGUMENTS }), engineDirectory)
  }

  async run(sql: string): Promise<void> {
    await this.#coded(this.#session.queryAsync(sql))
  }

  /** Rows of a small query as text and small numbers; the SQL turns 64-bit integers to text, or JSON would round them. */
  async rows<Row extends Record<string, Cell>>(
    sql: string,
    params: Record<string, Cell> = {},
  ): Promise<Row[]> {
    const result = await this.#coded(this.#session.queryBindAsync(sql, params, { format: 'JSONEachRow' }))
    return result
      .text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row)
  }

  insertRow(table: string, row: Record<string, Cell>): Promise<void> {
    return this.insertRows(table, [row])
  }

  /** Inserts rows as one block: all of them or none. */
  async insertRows(table: string, rows: readonly Record<string, Cell>[]): Promise<void> {
    const values = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'))
    await this.#coded(this.#session.insert({ table, format: 'JSONEachRow', values }))
  }

  /** A query's result in Native chunks of whole blocks. Leaving it early cancels the query. */
  async *chunks(sql: string): AsyncGenerator<Uint8Array, void, undefined> {
    const stream = this.#session.queryStream(sql, { format: 'Native' })
    try {
      for await (const chunk of stream) yield chunk.raw()
    } catch (error) {
      throw engineFailed(error, this.#directory)
    } finally {
      stream.cancel()
    }
  }

  close(): void {
    this.#session.close()
  }

  async #coded<T>(call: Promise<T>): Promise<T> {
    try {
      return await call
    } catch (error) {
      throw engineFailed(error, this.#directory)
    }
  }
}

/** Resolves when no native call is left that could hold the directory. */
export async function drainChdb(): Promise<void> {
  const { drainPending } = await import('chdb')
  await drainPending()
}

export function sqlText(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function engineFailed(error: unknown, directory: string): OperatingError {
  const full = diskFull(error, directory)
  if (full !== undefined) return full
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n')
  return new OperatingError({
    code: 'store.engine_failed',
    reason: 'data',
    what: `The tick store's engine refused a statement: ${line}`,
    where: directory,
    remedy: 'Look for a damaged store directory; an import can be repeated.',
    cause: error,
  })
}
