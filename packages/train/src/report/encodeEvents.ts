import { checkSettings, finite, natural } from "../setting/checkSettings.ts"
import type { Histogram } from "./histogram.ts"
import type { LogEvent } from "./logEvent.ts"
import { concatenated, doubleField, doublesField, floatField, messageField, textField, wholeField } from "./protobuf.ts"
import { tfRecord } from "./tfRecord.ts"

/**
 * Events as the bytes of TensorBoard's event files: TFRecords of protocol buffers, `Event` of its `event.proto`. The bytes
 * of more events come after them. A number is kept in 32 bits. Throws a `SettingError` for a step that is not a whole
 * number, and for a time that is not finite.
 *
 * ```ts
 * import { encodeEvents } from "@residual/train"
 * const bytes = encodeEvents([{ event: "values", seconds: 1.7e9, step: 10, values: { loss: 0.5 } }])
 * bytes.length // => 42
 * ```
 */
export const encodeEvents = (events: ReadonlyArray<LogEvent>): Uint8Array =>
  concatenated(events.map((event) => tfRecord(encodeEvent(event))))

// The numbers of fields are those of event.proto and summary.proto; fields that are 0 may be left out, but need not be.
const encodeEvent = (event: LogEvent): Uint8Array => {
  checkSettings("encodeEvents", { seconds: [finite, event.seconds] })
  const time = doubleField(1, event.seconds)
  if (event.event === "version") return concatenated([time, textField(3, "brain.Event:2")])
  checkSettings("encodeEvents", { step: [natural, event.step] })
  const at = [time, wholeField(2, event.step)]
  // SessionLog.START
  if (event.event === "restart") return concatenated([...at, messageField(7, [wholeField(1, 1)])])
  return concatenated([...at, messageField(5, Object.entries(event.values).map(encodeValue))])
}

const encodeValue = ([name, value]: [string, number | Histogram]): Uint8Array =>
  messageField(1, [textField(1, name), typeof value === "number" ? floatField(2, value) : encodeHistogram(value)])

const encodeHistogram = ({ least, most, count, sum, sumOfSquares, limits, counts }: Histogram): Uint8Array =>
  messageField(5, [
    doubleField(1, least),
    doubleField(2, most),
    doubleField(3, count),
    doubleField(4, sum),
    doubleField(5, sumOfSquares),
    doublesField(6, limits),
    doublesField(7, counts)
  ])
