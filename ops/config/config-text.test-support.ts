// A configuration that is right, as text, for tests to break.

export const RIGHT_CONFIG = `session: demo
seed: 7
journal: {directory: ./runs}
data:
  store: ./ticks
  from: 2014-05-07
  to: 2014-05-09T00:00:00Z
  sources:
    - {venue: fxcm, kind: quote, instruments: [EURUSD, NZDUSD]}
venues:
  - id: fxcm
    latency: {submit_us: 5000}
    commission: {basis_points: "0.20"}
accounts:
  - id: main
    venues: [fxcm]
    currency: USD
    balance: 100000
    leverage_max: "20"
    risk:
      order_quantity_max: "100000"
      order_notional_max: "200000.00"
      position_quantity_max: "100000"
strategies:
  - id: ema
    source: strategies/ema.ts#emaCross
    account: main
    instruments: [EURUSD.fxcm]
    params: {slow: 20, fast: 10}
`
