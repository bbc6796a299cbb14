import * as Train from "@residual/train"
import * as Stream from "effect/Stream"
import { toAsyncIterable } from "./bridge.ts"

type Events = AsyncIterable<Train.TrainingEvent>

const streamOf = (events: Events) => Stream.fromAsyncIterable(events, (thrown) => thrown)

/**
 * A run that draws its losses to an SVG file as it goes: see `logToSvg` of `@residual/train`. Whoever leaves the loop stops
 * the run, as without it. Throws a `ReportError` where the file cannot be written, and what the run throws.
 *
 * ```ts
 * import { mkdtemp, readFile } from "node:fs/promises"
 * import { tmpdir } from "node:os"
 * import { join } from "node:path"
 * import { logToSvg } from "@residual/promise/node"
 * import type { TrainingEvent } from "@residual/train"
 * const run = async function* (): AsyncGenerator<TrainingEvent> {
 *   yield { event: "started", parameters: 1, from: 0, steps: 10 }
 * }
 * const path = join(await mkdtemp(join(tmpdir(), "run-")), "loss.svg")
 * const told: Array<string> = []
 * for await (const { event } of logToSvg(run(), path)) told.push(event)
 * told // => ["started"]
 * const drawn = await readFile(path, "utf8")
 * drawn.startsWith("<svg") // => true
 * ```
 */
export const logToSvg = (events: Events, path: string, options: Train.SvgLogOptions = {}): Events =>
  toAsyncIterable(streamOf(events).pipe(Train.logToSvg(path, options)))

/**
 * A run that writes its numbers to an event file for `tensorboard --logdir` as it goes: see `logToTensorBoard` of
 * `@residual/train`. Whoever leaves the loop stops the run, as without it. Throws a `ReportError` where the file cannot be
 * written, and what the run throws.
 *
 * ```ts
 * import { mkdtemp, readdir } from "node:fs/promises"
 * import { tmpdir } from "node:os"
 * import { join } from "node:path"
 * import { logToTensorBoard } from "@residual/promise/node"
 * import type { TrainingEvent } from "@residual/train"
 * const run = async function* (): AsyncGenerator<TrainingEvent> {
 *   yield { event: "started", parameters: 1, from: 0, steps: 10 }
 * }
 * const folder = await mkdtemp(join(tmpdir(), "run-"))
 * const told: Array<string> = []
 * for await (const { event } of logToTensorBoard(run(), folder)) told.push(event)
 * told // => ["started"]
 * const files = await readdir(folder)
 * files.length // => 1
 * ```
 */
export const logToTensorBoard = (events: Events, folder: string, options: Train.EventFileOptions = {}): Events =>
  toAsyncIterable(streamOf(events).pipe(Train.logToTensorBoard(folder, options)))
