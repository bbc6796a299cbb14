import type { KernelTime } from "../../device.ts"
import type { Mark } from "../thread/instantiate.ts"

/** Reads the clock where a timed program says that it begins a region. */
export interface Timer {
  readonly mark: Mark
  /** Times what runs the program once. */
  readonly time: <A>(run: () => A) => {
    readonly result: A
    readonly milliseconds: number
    readonly kernels: ReadonlyArray<KernelTime>
  }
}

/** The timer of a program, whose regions have names. */
export const makeTimer = (names: ReadonlyArray<string>): Timer => {
  let marks: Array<{ readonly region: number; readonly time: number }> = []
  return {
    mark: (region) => {
      marks.push({ region, time: performance.now() })
    },
    time: (run) => {
      marks = []
      const start = performance.now()
      const result = run()
      const milliseconds = performance.now() - start
      const kernels = marks.slice(1).map(({ time }, at): KernelTime => {
        const { region, time: from } = marks[at] as (typeof marks)[number]
        return { region, kernel: names[region] as string, nanoseconds: 1e6 * (time - from) }
      })
      return { result, milliseconds, kernels }
    }
  }
}
