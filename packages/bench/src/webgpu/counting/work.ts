/** What is counted of what a GPU is asked to do. */
export const workNames = [
  "dispatches",
  "submits",
  "passes",
  /** Different pipelines that dispatches used, and those that were made. */
  "pipelines",
  "newPipelines",
  /** Made, whether they are used or not. */
  "bindGroups",
  "buffers",
  "allocatedBytes",
  /** From the host, between buffers, and to the host. */
  "writtenBytes",
  "copiedBytes",
  "readBytes"
] as const

/** The name of a count. */
export type WorkName = (typeof workNames)[number]

/** What a GPU was asked to do in some time. */
export type Work = Readonly<Record<WorkName, number>>

/** A number for each name. */
const workOf = (count: (name: WorkName) => number): Work =>
  Object.fromEntries(workNames.map((name) => [name, count(name)])) as Record<WorkName, number>

/** No work. */
export const noWork: Work = workOf(() => 0)

/** The most of each count in some steps. */
export const mostWork = (steps: ReadonlyArray<Work>): Work =>
  workOf((name) => Math.max(0, ...steps.map((work) => work[name])))

/** Whether every step is the same work. */
export const isSteady = (steps: ReadonlyArray<Work>): boolean =>
  steps.every((work) => workNames.every((name) => work[name] === steps[0]?.[name]))
