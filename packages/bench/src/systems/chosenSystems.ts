import { Console, Effect } from "effect"
import { ownModule, peerModules } from "../webgpu/systems/gpuModules.ts"
import { gpuSystem } from "../webgpu/systems/gpuSystems.ts"
import type { HostName } from "../webgpu/systems/hosts.ts"
import { type OwnOptions, ownSystems } from "./ownSystems.ts"
import { installPeer } from "./peerPackages.ts"
import { type PeerName, peerSystems } from "./peerSystems.ts"
import { ProcessFailure, runProcess } from "./runProcess.ts"
import type { System } from "./system.ts"

/** Which systems are measured. */
export interface Choice extends OwnOptions {
  readonly peers: ReadonlyArray<PeerName>
  readonly python: string
  /** Whether they compute on a GPU, and then where they run. */
  readonly webgpu: boolean
  readonly host: ReadonlyArray<HostName>
}

/** A peer that is not to be had is left out, and that is said. */
const orNone = <A>(
  name: PeerName,
  systems: Effect.Effect<ReadonlyArray<A>, ProcessFailure>
): Effect.Effect<ReadonlyArray<A>> =>
  Effect.catch(systems, (error) => Effect.as(Console.error(`${name} is not there: ${error.message}`), []))

const ready = (name: PeerName, { threads, python }: Choice): Effect.Effect<ReadonlyArray<System>> => {
  const preparation =
    name === "torch" ? runProcess({ program: python, args: ["-c", "import torch"] }) : installPeer(name)
  return orNone(name, Effect.as(preparation, peerSystems(name, threads, python)))
}

const readyOnGpu = (name: PeerName, host: HostName): Effect.Effect<ReadonlyArray<System>> =>
  orNone(
    name,
    name === "torch"
      ? Effect.fail(new ProcessFailure({ program: name, reason: "it computes on no WebGPU" }))
      : Effect.andThen(
          installPeer(name),
          Effect.map(gpuSystem(peerModules[name], host), (system) => [system])
        )
  )

/** The systems that were chosen: this framework first, and then the others, in one host after the other. */
export const chosenSystems = (given: Choice): Effect.Effect<ReadonlyArray<System>, ProcessFailure> => {
  if (!given.webgpu) {
    return Effect.map(
      Effect.forEach(given.peers, (name) => ready(name, given)),
      (peers) => [...ownSystems(given), ...peers.flat()]
    )
  }
  const inHosts = Effect.forEach(given.host, (host) =>
    Effect.gen(function* () {
      const own = yield* gpuSystem(ownModule, host)
      const peers = yield* Effect.forEach(given.peers, (name) => readyOnGpu(name, host))
      return [own, ...peers.flat()]
    })
  )
  return Effect.map(inHosts, (systems) => systems.flat())
}
