// A program that replays the recorded training run on the CPU backend in the fast mode, in a process of its own, and prints
// what it found as JSON: the tiles that were chosen, how much was compared, and what is off by more than it may be.

import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cpu from "@residual/backends/cpu"
import * as Effect from "effect/Effect"
import { trainingFindings } from "../src/check/checkTraining.ts"
import { hasPassed } from "../src/check/finding.ts"
import { fixture } from "./process.ts"

const options: Cpu.CpuOptions = { threads: Number(process.argv[2]), shareFrom: 0, fast: true }

const program = Effect.gen(function* () {
  const { tiles } = yield* Cpu.cpuDevice(options)
  const findings = yield* trainingFindings(fixture("gpt"), "f32")
  return { tiles, compared: findings.length, failed: findings.filter((finding) => !hasPassed(finding)) }
}).pipe(Effect.scoped, Effect.provide([Cpu.layer(options), NodeServices.layer]))

process.stdout.write(JSON.stringify(await Effect.runPromise(program)))
