import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"

interface Platform {
  readonly getBuiltinModule?: (name: "node:os") => { readonly hostname: () => string } | undefined
}

const hostName = (): string =>
  (globalThis as { readonly process?: Platform }).process?.getBuiltinModule?.("node:os")?.hostname() ?? ""

/**
 * Where processes' numbers count, as a part of a file's name: the namespace of the numbers and this start of the system where
 * it tells (Linux), which containers and machines do not share, and the host's name.
 */
export const machineHere: Effect.Effect<string, never, FileSystem.FileSystem> = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const namespace = yield* Effect.orElseSucceed(files.readLink("/proc/self/ns/pid"), () => "")
  const boot = yield* Effect.orElseSucceed(files.readFileString("/proc/sys/kernel/random/boot_id"), () => "")
  const host = hostName().replace(/[^A-Za-z0-9.-]/g, "_")
  return `${namespace.replace(/\D/g, "")}-${boot.replace(/[^0-9a-f]/g, "")}-${host.slice(0, 64)}`
})

/** The host's name of a machine. */
export const hostOf = (machine: string): string => machine.replace(/^\d*-[0-9a-f]*-/, "")
