// What a row of a book does, as rows hold it: the numbers stand in the tick store, so each keeps its meaning for ever.

/** Of a book by price: a level has this size now, 0 when it is gone; or the whole book is empty, as a snapshot begins. */
export const LEVEL_ACTION = { update: 0, clear: 1 } as const

/**
 * Of a book by order. `cancel` takes back so much of an order, `delete` all of it; `execute` is a trade of a resting order
 * that is gone from the book with it, `fill` one whose change of the book comes in a row of its own.
 */
export const BOOK_ACTION = { add: 0, modify: 1, delete: 2, execute: 3, cancel: 4, fill: 5, clear: 6 } as const
