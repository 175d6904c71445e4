// What of its orders a session leaves behind when it ends.

export type LeftOrders = {
  /** At the venues, where they may trade without it. */
  readonly open_orders: number
  /** Kept by the engine until a trigger or a parent releases them, which nothing does while it does not run. */
  readonly held_orders: number
}

export function leftText({ open_orders, held_orders }: LeftOrders): string {
  const open = open_orders === 0 ? 'no order is open' : `${orders(open_orders)} still open at the venues`
  if (held_orders === 0) return open
  return `${open}; ${orders(held_orders)} held here, and ${held_orders === 1 ? 'sleeps' : 'sleep'} until it runs again`
}

function orders(count: number): string {
  return count === 1 ? '1 order is' : `${count} orders are`
}
