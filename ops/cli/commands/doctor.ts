import { resolve } from 'node:path'
import { EXIT_CODE } from '../../../schemas/operating-error.ts'
import type { Finding } from '../../doctor/check.ts'
import type { Call, Command, Outcome } from '../command.ts'

export const command: Command = {
  name: 'doctor',
  summary: 'Check that this machine can run orrery, and say what to do where it cannot.',
  usage: '[CONFIG]',
  description: `
Looks at Node.js, the embedded ClickHouse, the speed of the disk, and the tick store's lock. With a configuration it
looks at that too: the file itself, its folders, whether each of its strategies loads, and the server of its bus. Nothing
is changed.
Ends with exit code 2 when the configuration is at fault, else with 5 when the machine is.`,
  arguments_min: 0,
  arguments_max: 1,
  options: {
    set: {
      type: 'string',
      value: 'PATH=VALUE',
      multiple: true,
      description: 'Override a value of the configuration.',
    },
  },
  examples: [
    { line: 'orrery doctor', what: 'look at the machine' },
    { line: 'orrery doctor ema.yaml', what: 'look at the configuration, its folders and its strategies too' },
  ],
  run: diagnose,
}

async function diagnose(call: Call): Promise<Outcome> {
  const { checkNode } = await import('../../doctor/node-check.ts')
  const { checkChdb } = await import('../../doctor/chdb-check.ts')
  const findings = [await checkNode(), await checkChdb(), ...(await checkConfigured(call))]
  const faults = findings.filter((finding) => !finding.ok)
  const reason = faults.some((fault) => fault.reason === 'usage') ? 'usage' : 'unavailable'
  return {
    json: { ok: faults.length === 0, findings },
    text: `${findings.map(line).join('\n')}\n`,
    exit_code: faults.length === 0 ? EXIT_CODE.done : EXIT_CODE[reason],
  }
}

/** The folders of the configuration, or the default ones. */
async function checkConfigured(call: Call): Promise<Finding[]> {
  const { checkConfig } = await import('../../doctor/config-check.ts')
  const { checkDisk } = await import('../../doctor/disk-check.ts')
  const { checkStore } = await import('../../doctor/store-check.ts')
  const { checkNats } = await import('../../doctor/nats-check.ts')
  const [path] = call.arguments
  const checked = path === undefined ? undefined : await checkConfig(path, call.texts('set'))
  const config = checked?.loaded?.config
  const journal = config?.journal.directory ?? resolve('runs')
  const store = config?.data.store ?? resolve('data/ticks')
  return [
    ...(checked?.findings ?? []),
    await checkDisk('journal', journal),
    await checkStore(store),
    ...(config === undefined ? [] : await checkNats(config)),
  ]
}

function line(finding: Finding): string {
  const mark = finding.ok ? '✓' : '✗'
  const remedy = finding.ok ? '' : `\n    ${finding.remedy}`
  return `${mark} ${finding.name}: ${finding.found}${remedy}`
}
