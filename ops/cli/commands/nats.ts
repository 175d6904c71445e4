import { EXIT_CODE, OperatingError } from '../../../schemas/operating-error.ts'
import type { Call, Command, Outcome } from '../command.ts'

const ACTIONS: Readonly<Record<string, (call: Call) => Promise<Outcome>>> = {
  up,
  down,
  plan: async (call) => (await import('../../nats/nats-outcomes.ts')).planned(await target(call)),
  apply: async (call) => (await import('../../nats/nats-outcomes.ts')).applied(await target(call)),
  check: async (call) => (await import('../../nats/nats-outcomes.ts')).checked(await target(call)),
  prune,
  server,
}

export const command: Command = {
  name: 'nats',
  summary: 'Run a NATS server for sessions, and keep its streams as they should be.',
  usage: 'up|down|plan|apply|check|prune|server',
  description: `
up: makes keys and a configuration in a folder where they are missing, starts the server apart from this command, and
makes its streams; run again it changes only what differs. down: ends it; its store stays.
plan: shows what differs between the server's streams and what they should be. apply: changes it; nothing is ever deleted
or purged. check: as plan, with exit code 4 when anything differs.
prune: removes old epochs from the copy of a strategy node's journal (--node); the node's own files are not touched.
server: finds a nats-server that is new enough (named by ORRERY_NATS_SERVER, on the PATH, in the cache), or on Debian and
Ubuntu fetches one from Debian's archive into the cache, verified by the archive's keyring.`,
  arguments_min: 1,
  arguments_max: 1,
  options: {
    dir: { type: 'string', value: 'DIR', description: 'Folder of the server; default ./nats.' },
    env: { type: 'string', value: 'NAME', description: 'up: first word of every subject; default paper.' },
    node: {
      type: 'string',
      value: 'NAME',
      description: 'up: name of the trading node; default any. prune: the strategy node.',
    },
    keep: { type: 'string', value: 'N', description: 'prune: epochs that stay, the last ones; default 2.' },
    strategy: {
      type: 'string',
      value: 'NODE=ID,...@ACCOUNT,...',
      multiple: true,
      description: 'up: a node that hosts these strategies apart, which trade on these accounts.',
    },
    'journal-mib': {
      type: 'string',
      value: 'N',
      description: "up: room for the copy of each strategy node's journal, MiB; default 2048.",
    },
    host: { type: 'string', value: 'ADDRESS', description: 'up: listen here; default 127.0.0.1.' },
    port: { type: 'string', value: 'PORT', description: 'up: default 4222; 0 takes a free one.' },
    'monitor-port': {
      type: 'string',
      value: 'PORT',
      description: 'up: answer monitoring requests here, on loopback only.',
    },
    'tls-cert': { type: 'string', value: 'FILE', description: "up: the server's certificate." },
    'tls-key': { type: 'string', value: 'FILE', description: 'up: its key.' },
    'tls-ca': { type: 'string', value: 'FILE', description: "Authority of the server's certificate." },
    replicas: {
      type: 'string',
      value: 'N',
      description: 'plan, apply, check: copies of each stream in a cluster; default 1.',
    },
    url: {
      type: 'string',
      value: 'URL',
      description: 'plan, apply, check, prune: a server elsewhere, with the same keys.',
    },
  },
  examples: [
    { line: 'orrery nats up', what: 'a server for paper sessions on this machine' },
    { line: 'orrery nats up --strategy alpha=ema@main', what: 'and a node of its own for the strategy ema' },
    { line: 'orrery nats check', what: 'has anybody changed the streams?' },
    { line: 'orrery nats prune --node alpha', what: "room in the copy of alpha's journal" },
  ],
  run: (call) => {
    const [name = ''] = call.arguments
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (action === undefined) throw unknownAction(name)
    return action(call)
  },
}

async function up(call: Call): Promise<Outcome> {
  const { askedInstallation } = await import('../../nats/asked-installation.ts')
  const { bringUp } = await import('../../nats/up.ts')
  const { ensureNatsServer } = await import('../../nats/ensure-server.ts')
  const { upOutcome } = await import('../../nats/nats-outcomes.ts')
  const { paths, installation } = await askedInstallation(call)
  return upOutcome(await bringUp(paths, installation, () => ensureNatsServer(call.progress)))
}

async function down(call: Call): Promise<Outcome> {
  const { folderPaths } = await import('../../nats/installation-folder.ts')
  const { runningServer, stopServer } = await import('../../nats/server-process.ts')
  const paths = folderPaths(call.text('dir') ?? 'nats')
  const pid = await runningServer(paths)
  if (pid !== undefined) await stopServer(pid, paths)
  const text =
    pid === undefined ? 'No server of this folder runs.\n' : `nats-server (process ${pid}) has ended.\n`
  return { json: { pid: pid ?? null }, text, exit_code: EXIT_CODE.done }
}

async function target(call: Call) {
  const { existingServer } = await import('../../nats/asked-installation.ts')
  return existingServer(call)
}

async function prune(call: Call): Promise<Outcome> {
  const { wholeNumber } = await import('../option-value.ts')
  const { prunedOutcome } = await import('../../nats/nats-outcomes.ts')
  const epochs_kept = wholeNumber(call, 'keep', { fallback: 2, min: 1, max: Number.MAX_SAFE_INTEGER })
  return prunedOutcome(await target(call), { node: call.text('node') ?? '', epochs_kept })
}

async function server(call: Call): Promise<Outcome> {
  const { ensureNatsServer } = await import('../../nats/ensure-server.ts')
  const found = await ensureNatsServer(call.progress)
  return { json: found, text: `nats-server ${found.version}: ${found.path}\n` }
}

function unknownAction(name: string): OperatingError {
  return new OperatingError({
    code: 'cli.bad_value',
    reason: 'usage',
    what: `orrery nats has no action ${JSON.stringify(name)}.`,
    where: 'orrery nats',
    remedy: `Write one of ${Object.keys(ACTIONS).join(', ')}.`,
  })
}
