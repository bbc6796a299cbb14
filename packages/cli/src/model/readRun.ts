import type { FoundCheckpoint } from "@residual/train"
import * as Effect from "effect/Effect"
import { flagLayer, type GivenSettings } from "../configuration/flags.ts"
import type { Settings } from "../configuration/layer.ts"
import { orConfigurationError } from "../configuration/orConfigurationError.ts"
import { resolve } from "../configuration/resolve.ts"
import { recordOf } from "./runRecord.ts"

/** What goes over what a run was begun with. */
export interface GivenChanges extends GivenSettings {
  readonly set: ReadonlyArray<string>
}

/**
 * A checkpoint's run, with what flags change of it, and beneath them what is different `here` from when it was begun.
 * Fails for a checkpoint of another program, and with everything that is wrong with the configuration that this makes.
 */
export const readRun = ({ path, header }: FoundCheckpoint, { set, ...given }: GivenChanges, here: Settings = {}) =>
  Effect.gen(function* () {
    const record = yield* recordOf(path, header)
    const over = flagLayer(given, set)
    const begun = { value: record.configuration, whereOf: () => path, unread: [] }
    const unsaid = { value: here, whereOf: () => undefined, unread: [] }
    const configuration = yield* orConfigurationError(resolve([begun, unsaid, over]))
    return { configuration, knowledge: record.knowledge, fingerprint: record.fingerprint, changes: over }
  })
