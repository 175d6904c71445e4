// The version of everything that is written down: messages, records, configuration, results. Any change of a schema
// raises it, with one line here; a test holds the hash of all schemas against the version.

/**
 * 1: the first schemas.
 * 2: reports, facts and fills say maker or taker; a denial says what was asked for; rows name the intent, and a
 *    position its venue.
 * 3: live sessions: a report carries the venue's id of it; look-ups and a venue's state are inputs.
 */
export const SCHEMA_VERSION = 3
