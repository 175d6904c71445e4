// `docs/order-states.md`, written from the machine.

import { stateDiagram } from '../../engine/machine/state-diagram.test-support.ts'
import { orderMachine } from './order-machine.ts'

export function orderStatesPage(): string {
  const states = Object.values(orderMachine.states).map(
    (state) => `| \`${state.key}\` | ${state.description} | ${state.tags.includes('ended') ? 'yes' : ''} |`,
  )
  return `# The states of an order

Generated from \`actors/order/order-machine.ts\`; a test fails when the two differ. The rules are in
\`actors/order/SPEC.md\`.

| state | meaning | ended |
|---|---|---|
${states.join('\n')}

An arrow names the events that can lead along it. What keeps an order in its state (a duplicate, a stale report, a
refused request, a late fill of an ended order) is not drawn.

\`\`\`mermaid
${stateDiagram(orderMachine)}\`\`\`
`
}
