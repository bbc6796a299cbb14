import type { BackendError } from "@residual/backends"
import type { DataError } from "../data/dataError.ts"
import type { MetricError } from "../metric/metricError.ts"
import type { SettingError } from "../setting/settingError.ts"
import type { TrainingError } from "./trainingError.ts"

/**
 * What a run fails with beside what its batches fail with: a step that is not finite, a rate or another setting of a step that
 * makes no sense, a trainer that another run moves, a batch that a metric cannot measure, no batches at all, or what the device fails with.
 *
 * ```ts
 * import type { FitError } from "@residual/train"
 * const exitCode = (error: FitError): number => (error._tag === "TrainingError" ? 3 : 1)
 * ```
 */
export type FitError = TrainingError | SettingError | MetricError | DataError | BackendError
