import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"

/** The processors of a list as Linux writes it: `0-2,5`. */
export const processorsOf = (list: string): ReadonlyArray<number> =>
  list
    .trim()
    .split(",")
    .flatMap((range) => {
      const [from = 0, to = from] = range.split("-").map(Number)
      return Array.from({ length: to - from + 1 }, (_, at) => from + at)
    })

/** The processors that this process may run on, where that can be read. */
const allowed = (): ReadonlyArray<number> => {
  try {
    const [, list = ""] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? []
    return list === "" ? [] : processorsOf(list)
  } catch {
    return []
  }
}

/**
 * Gives the main thread a processor of its own and every other thread of the process the rest, since kernels in virtual
 * machines may leave threads that spin on one processor. A thread that starts later is on the main thread's until this
 * is called again. Returns whether it worked: it takes Linux, `taskset` and two processors.
 */
export const makePinning = (): (() => boolean) => {
  const processors = allowed()
  const main = processors.at(-1)
  if (main === undefined || processors.length < 2) return () => false
  const others = processors.slice(0, -1).join(",")
  const taskset = (...args: ReadonlyArray<string>): void => {
    execFileSync("taskset", [...args, String(process.pid)], { stdio: "ignore" })
  }
  return () => {
    try {
      // The threads of a process that JavaScript started cannot be told apart from inside; the main one has its number.
      taskset("--all-tasks", "--cpu-list", "--pid", others)
      taskset("--cpu-list", "--pid", String(main))
      return true
    } catch {
      return false
    }
  }
}
