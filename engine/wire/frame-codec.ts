// Frames to lines and back. What is read is checked whole against its schema before anything is done with it.

import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { must } from '../../schemas/assert.ts'
import type { VenueCommand, VenueReport } from '../../schemas/messages/order.ts'
import { PLAIN_TERMS } from '../../schemas/messages/order-terms.ts'
import {
  ANSWER_FRAMES,
  type AnswerFrame,
  REQUEST_FRAMES,
  type RequestFrame,
  type WireCommand,
  type WireReport,
} from './venue-frames.ts'

const REQUESTS = checksOf(REQUEST_FRAMES)
const ANSWERS = checksOf(ANSWER_FRAMES)

export function frameLine(frame: RequestFrame | AnswerFrame): string {
  return `${JSON.stringify(frame)}\n`
}

/** The frame in a line of a node; undefined where it is none. */
export function readRequest(line: string): RequestFrame | undefined {
  return read(line, REQUESTS) as RequestFrame | undefined
}

export function readAnswer(line: string): AnswerFrame | undefined {
  return read(line, ANSWERS) as AnswerFrame | undefined
}

export function commandToWire(command: VenueCommand): WireCommand {
  const { instrument_index, ...wire } = command
  if (wire.type !== 'new_order_single') return wire
  const { terms, ...fields } = wire
  return terms === PLAIN_TERMS ? fields : { ...fields, terms }
}

/** @param instrumentIndex finds the index of an instrument id; what it throws is thrown. */
export function commandOfWire(
  command: WireCommand,
  instrumentIndex: (instrument_id: string) => number,
): VenueCommand {
  const instrument_index = instrumentIndex(command.instrument_id)
  if (command.type !== 'new_order_single') return { ...command, instrument_index } as VenueCommand
  return { ...command, instrument_index, terms: command.terms ?? PLAIN_TERMS } as VenueCommand
}

export function reportToWire(report: VenueReport): WireReport {
  const { instrument_index, commission, ...wire } = report
  return { ...wire, commission: commission.toString() }
}

export function reportOfWire(
  report: WireReport,
  instrumentIndex: (instrument_id: string) => number,
): VenueReport {
  const { commission, ...fields } = report
  const instrument_index = instrumentIndex(report.instrument_id)
  return { ...fields, instrument_index, commission: BigInt(commission) } as VenueReport
}

type Checks = ReadonlyMap<unknown, (value: unknown) => boolean>

function checksOf(frames: Readonly<Record<string, TSchema>>): Checks {
  return new Map(
    Object.keys(frames).map((name) => {
      const check = Compile(must(frames[name], 'a frame has its schema'))
      return [name, (value: unknown) => check.Check(value)]
    }),
  )
}

function read(line: string, checks: Checks): unknown {
  const value = parsed(line)
  if (typeof value !== 'object' || value === null || !('frame' in value)) return undefined
  return checks.get(value.frame)?.(value) === true ? value : undefined
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
