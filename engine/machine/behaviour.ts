// What a machine's names mean. Guards and actions are written once, as plain functions of a record, and serve both
// worlds: the compiled table calls them on the record itself, XState on a copy of its context.

/** Where an action puts what it has to say. An array is one. */
export type EffectSink<Effect> = { push(effect: Effect): unknown }

/**
 * True or false for a record and an event, changing neither.
 *
 * A row of the machine decides which events reach a guard or an action, which types cannot see: a function may
 * therefore name the events it expects (its parameter is checked bivariantly, as a method's), and the walk over every
 * pair in `machine-equivalence.test-support.ts` calls it with everything the rows let through.
 */
export type Guard<Data, Event> = { check(record: Data, event: Event): boolean }['check']

/** Changes the record and emits effects. It never reads or writes `record.state`: the table does, and XState keeps its own. */
export type Action<Data, Event, Effect> = {
  act(record: Data, event: Event, out: EffectSink<Effect>): void
}['act']

export type Behaviour<
  Data extends { state: string },
  Event extends { readonly type: string },
  Effect,
  GuardName extends string = string,
  ActionName extends string = string,
> = {
  /** Every event type there is, so that the table has a row for each and a descriptor that meets none is refused. */
  readonly events: readonly Event['type'][]
  readonly guards: { readonly [name in GuardName]: Guard<Data, Event> }
  readonly actions: { readonly [name in ActionName]: Action<Data, Event, Effect> }
}
