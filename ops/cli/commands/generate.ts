import type { Instrument } from '../../../schemas/instrument.ts'
import { OperatingError } from '../../../schemas/operating-error.ts'
import { isoTime } from '../../../schemas/units.ts'
import { grouped } from '../../text/table.ts'
import type { Call, Command, Outcome } from '../command.ts'
import { instantUs, scaledUnits, wholeNumber } from '../option-value.ts'
import { counted, STORE_OPTION, withStore } from '../with-store.ts'

const KINDS = ['quote', 'book_level', 'book_order'] as const

export const command: Command = {
  name: 'generate',
  summary: 'Make a seeded history of quotes or of a book in the tick store.',
  usage: '',
  description: `
Writes quotes of a random walk, or the changes of a book whose orders come, go and trade at random: the same options give
the same rows everywhere, and asking again changes nothing.
Instruments of the venue gen (GEN1.gen to GEN5.gen, EURUSD.gen, ...) are there for it.`,
  arguments_min: 0,
  arguments_max: 0,
  options: {
    store: STORE_OPTION,
    kind: {
      type: 'string',
      value: 'KIND',
      description: 'quote (default), book_level (a book by price) or book_order (by order).',
    },
    instrument: {
      type: 'string',
      value: 'ID',
      description: 'Instrument to make rows of (default GEN1.gen).',
    },
    rows: { type: 'string', value: 'COUNT', description: 'Rows to make (default 1,000,000).' },
    seed: { type: 'string', value: 'NUMBER', description: 'Seed of the walk (default 1).' },
    from: { type: 'string', value: 'TIME', description: 'First instant, UTC (default 2024-01-01).' },
    'gap-us': {
      type: 'string',
      value: 'COUNT',
      description: 'Mean microseconds between stamps (default 100,000).',
    },
    price: {
      type: 'string',
      value: 'DECIMAL',
      description: 'First bid (default 110,000 of its smallest units).',
    },
    'size-units': {
      type: 'string',
      value: 'COUNT',
      description: 'Sizes, one to ten times this (default 0: quotes have none; a lot in a book).',
    },
    'shared-stamps': {
      type: 'boolean',
      description: 'Half of the quotes share their stamp with the one before.',
    },
  },
  examples: [
    { line: 'orrery generate', what: 'a million quotes of GEN1.gen' },
    {
      line: 'orrery generate --instrument EURUSD.gen --rows 10_000_000 --seed 7',
      what: 'ten million of another',
    },
    { line: 'orrery generate --kind book_order --instrument EURUSD.gen', what: 'a book by order' },
  ],
  run: generate,
}

async function generate(call: Call): Promise<Outcome> {
  const { builtInInstruments } = await import('../../../schemas/instrument-table.ts')
  const { generatedSource } = await import('../../../sim/market-generator/generated-source.ts')
  const { compileInstrument } = await import('../../../engine/instrument-spec.ts')
  const { generatedBook } = await import('../../../sim/market-generator/generated-book.ts')
  const { MARKET_DEFAULTS } = await import('../../../sim/market-generator/market-generator.ts')
  const instrument = await findInstrument(call.text('instrument') ?? 'GEN1.gen', builtInInstruments())
  const number = (option: string, fallback: number, min: number, max?: number) =>
    wholeNumber(call, option, { fallback, min, max })
  const rowCount = number('rows', MARKET_DEFAULTS.row_count, 1)
  const kind = wantedKind(call)
  const common = {
    instrument_id: instrument.instrument_id,
    seed: number('seed', 1, 0),
    row_count: rowCount,
    start_us: instantUs(call, 'from', MARKET_DEFAULTS.start_us),
    gap_us_mean: number('gap-us', MARKET_DEFAULTS.gap_us_mean, 1, 2 ** 31 - 1),
    start_price_units: scaledUnits(call, 'price', instrument.price_scale, {
      fallback: MARKET_DEFAULTS.start_price_units,
      min: 100,
    }),
    size_units: number('size-units', MARKET_DEFAULTS.size_units, 0, 1e12),
  }
  const source =
    kind === 'quote'
      ? generatedSource({ ...common, shared_stamps: call.flag('shared-stamps') })
      : generatedBook({
          ...common,
          kind,
          size_units: common.size_units || compileInstrument(instrument, 0).lot_units,
        })
  call.progress.start(source.source_name, rowCount)
  const outcome = await withStore(call.text('store'), async (store) => {
    await store.putInstruments([instrument])
    return store.write({ ...source, blocks: counted(source.blocks, call.progress) })
  })
  const { row_count, first_us, last_us } = outcome.manifest
  const verb = outcome.already_present ? 'Already there' : 'Made'
  const range = `${isoTime(first_us)} to ${isoTime(last_us)}`
  return {
    json: outcome,
    text: `${verb}: ${grouped(row_count)} ${kind === 'quote' ? 'quotes' : `rows of kind ${kind}`} of ${instrument.instrument_id}, ${range}.\n`,
  }
}

function wantedKind(call: Call): (typeof KINDS)[number] {
  const text = call.text('kind') ?? 'quote'
  const kind = KINDS.find((known) => known === text)
  if (kind !== undefined && (kind === 'quote' || !call.flag('shared-stamps'))) return kind
  throw new OperatingError({
    code: 'generate.unknown_kind',
    reason: 'usage',
    what:
      kind === undefined
        ? `The generator makes nothing of the kind ${text}.`
        : 'Only quotes can share their stamps; the rows of an event of a book do.',
    where: '--kind',
    remedy: kind === undefined ? `Name one of ${KINDS.join(', ')}.` : 'Leave --shared-stamps out.',
  })
}

async function findInstrument(id: string, known: readonly Instrument[]): Promise<Instrument> {
  const instrument = known.find((candidate) => candidate.instrument_id === id)
  if (instrument !== undefined) return instrument
  const { nearestName } = await import('../../../schemas/nearest-name.ts')
  const generated = known.map((candidate) => candidate.instrument_id).filter((name) => name.endsWith('.gen'))
  const likely = nearestName(id, generated)
  throw new OperatingError({
    code: 'generate.unknown_instrument',
    reason: 'usage',
    what: `The instrument ${id} is unknown.`,
    where: '--instrument',
    remedy:
      likely === undefined
        ? `Name one such as ${generated.slice(0, 3).join(', ')}.`
        : `Did you mean ${likely}?`,
  })
}
