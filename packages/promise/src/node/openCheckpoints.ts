/// <reference lib="esnext.disposable" preserve="true" />
import * as NodeServices from "@effect/platform-node/NodeServices"
import {
  type Checkpoint,
  type CheckpointFile,
  type CheckpointOptions,
  type FoundCheckpoint,
  type LatestOptions,
  openCheckpoints as openFolder,
  type SaveOptions
} from "@residual/train"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { makeLifetime } from "../lifetime.ts"

/** The checkpoints of a run, for the one who trains, until they are closed. All reject with a `CheckpointError`. */
export interface OpenCheckpoints extends AsyncDisposable {
  /** Saves a checkpoint, and then removes the earliest beyond those that are kept; gives its file. */
  readonly save: (checkpoint: Checkpoint, options?: SaveOptions) => Promise<string>
  /** Removes what was saved after a step, so that a run can go on from there; the best one stays. */
  readonly rollBack: (step: number) => Promise<void>
  /** Those that are kept, the earliest first. */
  readonly list: () => Promise<ReadonlyArray<CheckpointFile>>
  /** The one of the most steps; `undefined` where there is none. */
  readonly latest: (options?: LatestOptions) => Promise<FoundCheckpoint | undefined>
  /** The one that was last saved as the best; `undefined` where none was. */
  readonly best: () => Promise<FoundCheckpoint | undefined>
  readonly close: () => Promise<void>
}

/**
 * Opens a folder for the checkpoints of a run, which is made where it is not there, and locks it until it is closed: see
 * `openCheckpoints` of `@residual/train`. Rejects with a `CheckpointError` where it cannot be written to, and where another
 * process writes its checkpoints there.
 *
 * ```ts
 * import { mkdtemp } from "node:fs/promises"
 * import { tmpdir } from "node:os"
 * import { join } from "node:path"
 * import { openCheckpoints } from "@residual/promise/node"
 * await using checkpoints = await openCheckpoints(await mkdtemp(join(tmpdir(), "run-")), { keep: 3 })
 * await checkpoints.latest() // => undefined
 * ```
 */
export const openCheckpoints = async (folder: string, options: CheckpointOptions): Promise<OpenCheckpoints> => {
  const scope = Scope.makeUnsafe()
  const services = await Effect.runPromise(Layer.buildWithScope(NodeServices.layer, scope))
  const { run, close } = makeLifetime("the folder of checkpoints", services, scope)
  try {
    const { save, rollBack, list, latest, best } = await run(Effect.suspend(() => openFolder(folder, options)))
    return {
      save: (checkpoint, options) => run(save(checkpoint, options)),
      rollBack: (step) => run(rollBack(step)),
      list: () => run(list),
      latest: (options) => run(latest(options)),
      best: () => run(best),
      close,
      [Symbol.asyncDispose]: close
    }
  } catch (error) {
    await close()
    throw error
  }
}
