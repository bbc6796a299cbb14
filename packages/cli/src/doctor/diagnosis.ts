import type { BackendFacts, Facts } from "./facts.ts"

/** One thing that was looked at: what was found, and what one can do about it, where there is something. */
export interface Diagnosis {
  readonly what: string
  readonly found: string
  readonly advice?: string
  /** Whether nothing runs as it is. */
  readonly isFatal: boolean
}

/** What a machine offers, and what would make it offer more; `needed` is the oldest Node that the command runs on. */
export const diagnose = (facts: Facts, needed: string): ReadonlyArray<Diagnosis> => [
  node(facts, needed),
  processor(facts),
  memory(facts),
  cpu(facts),
  threads(facts),
  webgpu(facts.webgpu),
  diagnosis("reference", "floats of 64 bits, on any machine; slow")
]

const diagnosis = (what: string, found: string, advice?: string, isFatal = false): Diagnosis => ({
  what,
  found,
  ...(advice === undefined ? {} : { advice }),
  isFatal
})

/** Whether one version, as `24.1.0`, is at least another. */
const isAtLeast = (version: string, needed: string): boolean => {
  const [parts, least] = [version, needed].map((text) => text.split(".").map(Number))
  for (const [at, number] of (least ?? []).entries()) {
    const own = parts?.[at] ?? 0
    if (own !== number) return own > number
  }
  return true
}

const node = ({ node: version, platform, architecture }: Facts, needed: string): Diagnosis => {
  const found = `${version} on ${platform} ${architecture}`
  return isAtLeast(version, needed)
    ? diagnosis("node", found)
    : diagnosis("node", found, `${needed} or newer is needed: https://nodejs.org`, true)
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

const processor = ({ processor: model, cores }: Facts): Diagnosis =>
  diagnosis("processor", `${model}, of which this process may use ${cores} ${cores === 1 ? "core" : "cores"}`)

const memory = ({ memory: { total, free } }: Facts): Diagnosis =>
  diagnosis(
    "memory",
    `${gibibytes(total)}, of which ${gibibytes(free)} are free`,
    free < 2 ** 29 ? "little is free: a smaller batch, context or width takes less" : undefined
  )

const cpu = ({ cpu: backend }: Facts): Diagnosis => {
  if ("reason" in backend) {
    return diagnosis("cpu", backend.reason, "the cpu backend needs an engine that has WebAssembly with SIMD", true)
  }
  const { simd, roundsOnce, tiles } = backend.identity
  const found = `WebAssembly with SIMD, ${simd === "relaxed" ? "relaxed" : "not relaxed"}, in ${tiles} tiles`
  if (simd !== "relaxed") {
    return diagnosis("cpu", found, "products and sums are rounded apart; engines with relaxed SIMD (Node 24) fuse them")
  }
  return diagnosis(
    "cpu",
    `${found}; products and sums ${roundsOnce === true ? "are" : "cannot be"} fused by the processor`
  )
}

const threads = ({ cpu: backend, cores }: Facts): Diagnosis => {
  if ("reason" in backend) return diagnosis("threads", "none, without the cpu backend")
  const { threads: used } = backend.identity
  if (cores === 1) {
    return diagnosis("threads", `${used}`, "this process may use one core; large steps are shared between several")
  }
  return diagnosis(
    "threads",
    `${used}`,
    used === 1 ? "memory cannot be shared between threads in this process, so that it trains on one core" : undefined
  )
}

/** Drivers that compute on the processor what a GPU would. */
const inSoftware = /swiftshader|llvmpipe|lavapipe|warp|basic render/i

const webgpu = (backend: BackendFacts): Diagnosis => {
  if ("reason" in backend) {
    return diagnosis("webgpu", backend.reason, "train with --backend cpu, or make a GPU and its driver available")
  }
  const { vendor, architecture, device, description, subgroups, halfPrecision, workgroupThreads, workgroupBytes } =
    backend.identity
  const names = [vendor, architecture, device, description].filter((name) => name !== "" && name !== undefined)
  const adapter = names.length === 0 ? "an adapter that does not say what it is" : names.join(" ")
  const found = [
    adapter,
    `${subgroups === true ? "" : "no "}subgroups`,
    `${halfPrecision === true ? "" : "no "}floats of 16 bits`,
    `${workgroupThreads} threads and ${workgroupBytes} bytes a workgroup`,
    `${gibibytes(backend.bytes)} may be live`
  ].join(", ")
  return inSoftware.test(adapter)
    ? diagnosis("webgpu", found, "this is a GPU in software, for tests: the cpu backend is faster")
    : diagnosis("webgpu", found)
}
