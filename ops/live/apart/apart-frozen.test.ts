import { expect, test } from 'vitest'
import { ApartNode, ApartPlace } from './apart-session.test-support.ts'

/** Rows go on while the bus stands still. */
const generated = (text: string) => text.replace('kind: bus', 'kind: generator, rows_per_s: 40')

test('[M2] [P7] a bus that stands still is told, asked orders are denied meanwhile, and after it the nodes go on', {
  timeout: 90_000,
}, async () => {
  const place = await ApartPlace.make(generated)
  const trading = await ApartNode.start(place, 'apart', 'trading')
  const alpha = await ApartNode.start(place, 'apart', 'alpha')
  await alpha.said(/filled/)
  await place.server.freeze()
  await alpha.said(/CRITICAL \d+ messages wait for the bus\..*cancels still go.*\[bus\.messages_behind\]/)
  await alpha.said(/denied .*\(messages_behind\)/)
  expect((await alpha.status()).messages).toMatchObject({ is_behind: true })
  place.server.thaw()
  await alpha.said(/\[bus\.messages_caught_up\]/)
  const { messages } = await alpha.status()
  await alpha.until((now) => (now.messages?.heard ?? 0) > (messages?.heard ?? 0) + 20)
  await trading.status()
  const asked = place.cli(['status', 'apart'])
  expect(asked.stdout).toMatch(/^apart\/alpha {2}paper/m)
  expect(asked.stdout).toMatch(/^apart\/trading {2}paper/m)
  expect(asked.stdout).toMatch(/^orders of +market +\d+ open; /m)
  expect([await alpha.stop(), await trading.stop()]).toEqual([0, 0])
  for (const node of ['trading', 'alpha'])
    expect(JSON.parse(place.cli(['verify', `apart/${node}`, '--json']).stdout)).toMatchObject({
      is_equal: true,
    })
  expect(JSON.parse(place.cli(['verify', 'apart', '--json']).stdout).error).toMatchObject({
    code: 'session.several_nodes',
    remedy: 'Name one of them: apart/alpha, apart/trading.',
  })
  expect(JSON.parse(place.cli(['sessions', '--json']).stdout).sessions).toMatchObject([
    { session: 'apart', node: 'alpha' },
    { session: 'apart', node: 'trading' },
  ])
})
