import { Schema } from "effect"
import { RunEvent } from "../src/run/runEvent.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(RunEvent), { onExcessProperty: "error" })

/** The events that a run printed as JSON, each of which is one that its schema describes. */
export const eventsOf = (stdout: string): ReadonlyArray<RunEvent> =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => decode(line))

/** Those of one kind. */
export const only = <Kind extends RunEvent["event"]>(
  events: ReadonlyArray<RunEvent>,
  kind: Kind
): ReadonlyArray<Extract<RunEvent, { readonly event: Kind }>> =>
  events.filter((event): event is Extract<RunEvent, { readonly event: Kind }> => event.event === kind)
