import { Option, Schema } from "effect"
import { Flag } from "effect/cli"
import { caseList, unknownWord } from "./cases/caseList.ts"
import { type BackendName, backendNames } from "./systems/backendLayer.ts"
import { type PeerName, peerNames } from "./systems/peerSystems.ts"
import { type HostName, hostNames } from "./webgpu/systems/hosts.ts"

const Positive = Schema.Int.check(Schema.isGreaterThan(0))

const partsOf = (text: string): ReadonlyArray<string> =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")

/** A flag that is given parts with commas between them, each read alone; `read` throws what it expects for a wrong one. */
const list = <A>(name: string, description: string, byDefault: ReadonlyArray<A>, read: (part: string) => A) =>
  Flag.String(name).pipe(
    Flag.mapTryCatch(
      (text) => partsOf(text).map(read),
      (error) => (error instanceof Error ? error.message : String(error))
    ),
    Flag.withDefault(byDefault),
    Flag.withDescription(description)
  )

const readCase = (word: string): string => {
  if (unknownWord([word]) === undefined) return word
  throw new Error(`beginnings of ${caseList.map(({ name }) => name).join(", ")}`)
}

const readThreads = (part: string): number => {
  const count = Number(part)
  if (Number.isSafeInteger(count) && count > 0) return count
  throw new Error("whole numbers above 0")
}

const readPeer = (part: string): PeerName => {
  const peer = peerNames.find((name) => name === part)
  if (peer !== undefined) return peer
  throw new Error(`some of ${peerNames.join(", ")}`)
}

const readHost = (part: string): HostName => {
  const host = hostNames.find((name) => name === part)
  if (host !== undefined) return host
  throw new Error(`some of ${hostNames.join(", ")}`)
}

const optionally = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.optional, Flag.map(Option.getOrUndefined))

/** Everything that the benchmark can be told. */
export const settings = {
  only: list("only", "Workloads or cases, as in W1,W5-small (all)", [], readCase),
  backend: Flag.Literals("backend", backendNames).pipe(
    Flag.withDefault<BackendName>("cpu"),
    Flag.withDescription("The backend that is measured: cpu, reference (cpu)")
  ),
  threads: list("threads", "How many threads, one measurement for each number (1,2)", [1, 2], readThreads),
  rounds: Flag.Int("rounds").pipe(
    Flag.withSchema(Positive),
    Flag.optional,
    Flag.map(Option.getOrUndefined),
    Flag.withDescription("How often everything is measured (3; 1 with --quick and for the reference)")
  ),
  peers: list("peers", "Others to measure beside it: tfjs, jaxjs, torch (none)", [], readPeer),
  webgpu: Flag.Boolean("webgpu").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Measure on WebGPU, and count what the GPU is asked to do")
  ),
  host: list<HostName>("host", "With --webgpu, where: chromium, node (chromium)", ["chromium"], readHost),
  quick: Flag.Boolean("quick").pipe(
    Flag.withDefault(false),
    Flag.withDescription("Few samples, for a first look: its numbers are not to be quoted")
  ),
  relaxedSimd: optionally("relaxed-simd", "Whether the cpu backend uses relaxed SIMD (as it chooses)"),
  fast: optionally("fast", "Whether the cpu backend tries vectors of 256 bits, in Node 24 (no)"),
  python: Flag.String("python").pipe(
    Flag.withDefault("python3"),
    Flag.withDescription("The Python that has PyTorch (python3)")
  ),
  json: Flag.String("json").pipe(
    Flag.optional,
    Flag.map(Option.getOrUndefined),
    Flag.withDescription("A file to write every measurement to, as JSON")
  )
}
