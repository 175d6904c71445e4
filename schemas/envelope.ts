// The envelope every message travels in, between nodes and to whoever looks. Inside a node it is not stored: a row's is a
// view over columns, an effect's follows from its record. Messages are never changed once made.

import Type, { type Static } from 'typebox'

export const Envelope = Type.Object(
  {
    seq: Type.Integer({ description: 'Sequence number of the input whose step made the message.' }),
    message_id: Type.String({
      description: '<node>.<epoch>.<seq>.<n>: the n-th message of that step; unique.',
    }),
    correlation_id: Type.String({
      description:
        'What the message belongs to: <account>/<strategy>/<counter> for all messages of an order.',
    }),
    causation_id: Type.String({ description: '<node>.<epoch>.<seq> of the input that caused it.' }),
    source: Type.String({ description: 'Name of the node.' }),
    type: Type.String({ description: 'Type of the payload.' }),
    schema_version: Type.Integer({ description: 'Version of all schemas it was written with.' }),
    ts_event_us: Type.Integer({ description: 'When it happened, µs since the epoch.' }),
    ts_recv_us: Type.Integer({
      description: 'When an adapter saw it; for what a node makes, the time of its step.',
    }),
    ts_seq_us: Type.Integer({
      description: 'When the node sequenced the input: the only now its step knew.',
    }),
  },
  { additionalProperties: false, description: 'Envelope of a message.' },
)
export type Envelope = Static<typeof Envelope>
