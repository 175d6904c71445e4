import type { RetiredLedger } from '../../exchange/retire-ledger.ts'
import type { ExchangeAudit } from '../../exchange/run-exchange.ts'
import { counted } from '../../text/table.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'exchange',
  summary: 'Run the simulated exchange in a process of its own, or audit its ledger.',
  usage: 'CONFIG',
  description: `
Simulates the venues of a configuration for sessions in other processes of this machine: they name it in live.exchange,
and take its market with a feed of kind exchange. Every order is in the exchange's own ledger before it is acknowledged:
killed and started again, it goes on where it was. The protocol is in docs/paper-venue.md.
--audit reads the ledger and tells what was received, what was filled and what each account holds. --retire puts a ledger
aside that this build does not go on with (exchange.other_schema): nothing in it changes, and the next start has an empty one.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {
    set: {
      type: 'string',
      value: 'PATH=VALUE',
      multiple: true,
      description: 'Override a value of the configuration.',
    },
    listen: {
      type: 'string',
      value: 'ADDRESS',
      description: 'Address and port on this machine (default: 127.0.0.1:4760); port 0 takes a free one.',
    },
    ledger: {
      type: 'string',
      value: 'DIR',
      description: 'Folder of the ledger (default: exchange-ledger in journal.directory).',
    },
    'rows-per-s': {
      type: 'string',
      value: 'N',
      description: 'Quotes a second of each instrument, on average (default: 10).',
    },
    audit: { type: 'boolean', description: 'Read the ledger from its beginning, and run nothing.' },
    retire: { type: 'boolean', description: 'Put the ledger aside, and run nothing.' },
  },
  examples: [
    { line: 'orrery exchange ema.yaml', what: 'serve sessions until Ctrl-C' },
    { line: 'orrery exchange ema.yaml --audit --json | jq .fills', what: 'what really happened' },
  ],
  run: exchange,
}

const LISTEN_DEFAULT = '127.0.0.1:4760'

async function exchange(call: Call): Promise<Outcome> {
  const { loadConfig } = await import('../../config/load-config.ts')
  const { ledgerFolder } = await import('../../exchange/open-exchange.ts')
  const { retireLedger } = await import('../../exchange/retire-ledger.ts')
  const { auditExchange, runExchange } = await import('../../exchange/run-exchange.ts')
  const [path = ''] = call.arguments
  const { loadModels } = await import('../../config/load-models.ts')
  const { installAmbientGuard } = await import('../../../adapters/ambient-guard/ambient-guard.ts')
  const { createStepGate } = await import('../../../engine/step-gate.ts')
  const gate = createStepGate()
  // Before models are loaded: what they take into a variable must be guarded already.
  installAmbientGuard(gate, () => undefined)
  const { read, models } = await loadModels(await loadConfig({ path, set: call.texts('set') }))
  const { config, base_directory } = read
  const authored = { models, gate }
  const ledger = call.text('ledger')
  if (call.flag('audit')) return audited(await auditExchange(config, authored, ledger))
  if (call.flag('retire')) return retired(await retireLedger(ledger ?? ledgerFolder(config)))
  const ended = await runExchange({
    config,
    authored,
    base_directory,
    listen: call.text('listen') ?? LISTEN_DEFAULT,
    ledger,
    rows_per_s: call.text('rows-per-s'),
    print: call.flag('json') ? () => undefined : (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  })
  return { json: ended, text: `The exchange has ended. Started again, it goes on from ${ended.ledger}.\n` }
}

function retired(moved: RetiredLedger): Outcome {
  return {
    json: moved,
    text: `The ledger is now ${moved.retired}; the next start begins with an empty one.\n`,
  }
}

function audited(audit: ExchangeAudit): Outcome {
  const { ids, fills, open_orders, duplicates_received, accounts, epochs, inputs, is_consistent } = audit
  const lines = [
    `${counted(epochs, 'epoch')}, ${counted(inputs, 'input')}: ${is_consistent ? 'each epoch begins where the one before it ends' : 'an epoch does not begin where the one before it ends'}`,
    `${counted(ids.length, 'id')} received, ${counted(duplicates_received, 'duplicate')}; ${counted(fills.length, 'fill')}, ${counted(open_orders.length, 'order')} open`,
    ...accounts.map(
      ({ account_id, currency, equity, positions }) =>
        `${account_id}  equity ${equity} ${currency}, ${positions.length === 0 ? 'flat' : counted(positions.length, 'position')}`,
    ),
    ...(audit.up_to === '' ? [] : [audit.up_to]),
  ]
  return { json: audit, text: `${lines.join('\n')}\n`, exit_code: is_consistent ? 0 : 4 }
}
