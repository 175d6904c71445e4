// Definitions of instruments in a file of their own, as `instruments` of a configuration has them.

import Type, { type Static } from 'typebox'
import { Instrument } from '../../schemas/instrument.ts'
import { type Fault, readDeclared } from './declared-file.ts'

const InstrumentsFile = Type.Object(
  { instruments: Type.Array(Instrument, { minItems: 1, description: 'Definitions of instruments.' }) },
  { additionalProperties: false, description: 'A file of instrument definitions.' },
)
type InstrumentsFile = Static<typeof InstrumentsFile>

export async function readInstruments(path: string): Promise<readonly Instrument[]> {
  return (await readDeclared<InstrumentsFile>(path, InstrumentsFile, doubles)).instruments
}

function doubles({ instruments }: InstrumentsFile): Fault[] {
  const ids = instruments.map(({ instrument_id }) => instrument_id)
  return ids
    .filter((id, index) => ids.indexOf(id) < index)
    .map((id) => ({ path: ['instruments'], what: `${id} is defined twice.`, remedy: 'Keep one of the two.' }))
}
