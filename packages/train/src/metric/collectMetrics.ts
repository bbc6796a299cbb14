import { SettingError } from "../setting/settingError.ts"
import type { BatchResult, Metric } from "./metric.ts"

/** A metric whose state is its own affair. */
export interface MetricOf<A> {
  readonly name: string
  readonly initial: unknown
  readonly add: (state: never, result: BatchResult) => unknown
  readonly value: (state: never) => A
}

/**
 * Several metrics as one, whose value has each one's by name. Throws a `SettingError` for two of one name.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { collectMetrics, meanAbsoluteError, meanSquaredError } from "@residual/train"
 * const { initial, add, value } = collectMetrics([meanSquaredError(), meanAbsoluteError()])
 * const result = { outputs: { predictions: Tensor.make([1, 5]) }, batch: { targets: Tensor.make([1, 2]) } }
 * value(add(initial, result)) // => { meanSquaredError: 4.5, meanAbsoluteError: 1.5 }
 * ```
 */
export const collectMetrics = <A>(
  metrics: ReadonlyArray<MetricOf<A>>
): Metric<ReadonlyArray<unknown>, Readonly<Record<string, A>>> => {
  const names = metrics.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) {
    const expected = "another name than any other metric's"
    throw new SettingError({ owner: "collectMetrics", setting: "a name", given: `"${twice}" again`, expected })
  }
  return {
    name: names.join(", "),
    initial: metrics.map(({ initial }) => initial),
    add: (states, result) => metrics.map(({ add }, at) => add(states[at] as never, result)),
    value: (states) => Object.fromEntries(metrics.map(({ name, value }, at) => [name, value(states[at] as never)]))
  }
}
