// Holds what a run left for people against what its re-run says: the result field by field, the CSV files line by line.
// Files that are no longer there are not compared.

import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { OperatingError } from '../../schemas/operating-error.ts'
import { RUN_FILES } from '../../schemas/run-files.ts'
import type { UntimedResult } from '../../sim/backtest/backtest-result.ts'
import { RESULT_FILE } from '../run-files/run-files.ts'

export type FileDifference = {
  readonly file: string
  /** A field of the result, or a line of a CSV file. */
  readonly place: string
  /** Absent where one side has nothing there. */
  readonly recorded: string | undefined
  readonly again: string | undefined
}

/** The first difference between the files in two folders, the second written by the re-run. */
export async function compareRunFiles(
  folder: string,
  folderAgain: string,
  result: UntimedResult,
): Promise<FileDifference | undefined> {
  const inResult = await compareResult(join(folder, RESULT_FILE), result)
  if (inResult !== undefined) return inResult
  for (const file of Object.keys(RUN_FILES)) {
    if (!existsSync(join(folder, file))) continue
    const difference = await compareLines(join(folder, file), join(folderAgain, file))
    if (difference !== undefined) return { file, ...difference }
  }
  return undefined
}

async function compareResult(path: string, result: UntimedResult): Promise<FileDifference | undefined> {
  if (!existsSync(path)) return undefined
  // The first says how fast the run was, the second which one it was: neither is computed from the journal.
  const { timing, run_id, ...recorded } = parsed(path, await readFile(path, 'utf8'))
  const { run_id: _, ...computed } = result
  const before = fields(recorded)
  const after = fields(computed)
  for (const place of new Set([...after.keys(), ...before.keys()])) {
    const [was, is] = [before.get(place), after.get(place)]
    if (was !== is) return { file: RESULT_FILE, place, recorded: was, again: is }
  }
  return undefined
}

function parsed(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (error) {
    throw noResult(path, error)
  }
  throw noResult(path, undefined)
}

/** Every value that is no container, by its path, as JSON. Empty containers count as values. */
function fields(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  const parts = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (parts.length === 0) return found.set(path, JSON.stringify(value))
  for (const [key, part] of parts) fields(part, path === '' ? key : `${path}.${key}`, found)
  return found
}

async function compareLines(
  path: string,
  pathAgain: string,
): Promise<Omit<FileDifference, 'file'> | undefined> {
  const again = linesOf(pathAgain)
  let line = 0
  try {
    for await (const recorded of linesOf(path)) {
      line++
      const next = await again.next()
      const computed = next.done ? undefined : next.value
      if (recorded !== computed) return { place: `line ${line}`, recorded, again: computed }
    }
    const more = await again.next()
    return more.done ? undefined : { place: `line ${line + 1}`, recorded: undefined, again: more.value }
  } finally {
    await again.return(undefined)
  }
}

async function* linesOf(path: string): AsyncGenerator<string, undefined> {
  yield* createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
}

function noResult(path: string, cause: unknown): OperatingError {
  return new OperatingError({
    code: 'verify.unreadable_result',
    reason: 'data',
    what: `${RESULT_FILE} of the run is not a JSON object.`,
    where: path,
    remedy: 'It was changed or cut off after the run. Remove it to verify the journal alone.',
    cause,
  })
}
