// How a reader can check a report: the hashes of the run, what each proves, and the command that runs it again.

import type { BacktestResult } from '../../schemas/backtest-result.ts'
import { type Html, html } from './html.ts'

const HASHES: readonly { readonly name: keyof BacktestResult & `${string}`; readonly proves: string }[] = [
  { name: 'data_hash', proves: 'the same rows of market data were read, in the same order' },
  { name: 'config_hash', proves: 'the same configuration decided, folders and secrets aside' },
  { name: 'strategy_hash', proves: 'the same strategy code ran, with the packages it imports' },
  { name: 'build', proves: 'the same engine ran: its sources, its dependencies and the version of Node' },
  { name: 'output_hash', proves: 'every order, fill, denial and ledger entry is the same, byte for byte' },
  { name: 'state_hash', proves: 'every actor, book and position ended in the same state' },
]

export function proofSection(result: BacktestResult, directory: string): Html {
  return html`<p>A run with the first four equal gives the last two equal. This re-runs it in a fresh process and compares:</p>
<pre><code>orrery verify ${shellWord(directory)}</code></pre>
<dl class="hashes">${HASHES.map(
    ({
      name,
      proves,
    }) => html`<div class="hash"><dt>${name}</dt><dd><code>${String(result[name])}</code></dd><dd>${proves}</dd></div>
`,
  )}</dl>`
}

/** A path as one word of a POSIX shell. */
function shellWord(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
