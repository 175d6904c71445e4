import { expect, test } from 'vitest'
import { ApartNode, ApartPlace, settled } from './apart-session.test-support.ts'

const QUOTES = 24

test('[P1] [P2] two nodes apart order what one orders, and each verifies from its own journal', {
  timeout: 120_000,
}, async () => {
  const place = await ApartPlace.make()
  const trading = await ApartNode.start(place, 'apart', 'trading')
  const alpha = await ApartNode.start(place, 'apart', 'alpha')
  await played(place, [trading, alpha])
  expect([await alpha.stop(), await trading.stop()]).toEqual([0, 0])
  const one = await ApartNode.start(place, 'one')
  await played(place, [one])
  expect(await one.stop()).toBe(0)
  const { equal, ...others } = json(place.cli(['diff', 'runs/apart/trading', 'runs/one', '--json']))
  expect(others).toMatchObject({ differing: 0, only_a: 0, only_b: 0, is_equal: true })
  expect(equal).toBeGreaterThan(40)
  for (const session of ['apart/trading', 'apart/alpha', 'one'])
    expect(json(place.cli(['verify', session, '--json']))).toMatchObject({ is_equal: true })
})

async function played(place: ApartPlace, nodes: readonly ApartNode[]): Promise<void> {
  await settled(nodes.map((node) => ({ node, rows: 0 })))
  for (let number = 0; number < QUOTES; number++) {
    await place.publish(number)
    await settled(nodes.map((node) => ({ node, rows: number + 1 })))
  }
}

function json({ stdout }: { readonly stdout: string }) {
  return JSON.parse(stdout)
}
