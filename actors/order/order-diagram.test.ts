import { expect, test } from 'vitest'
import { orderStatesPage } from './order-diagram.test-support.ts'

test('docs/order-states.md shows the machine as it is; `vitest run -u` writes it anew', async () => {
  await expect(orderStatesPage()).toMatchFileSnapshot('../../docs/order-states.md')
})
