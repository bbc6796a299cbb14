import * as Effect from "effect/Effect"
import manifest from "../../package.json" with { type: "json" }
import { CheckError } from "../commandError.ts"
import { line, Output } from "../output.ts"
import { type Diagnosis, diagnose } from "./diagnosis.ts"
import { readFacts } from "./facts.ts"

/** `residual doctor`: tells what this machine offers, and what would make it offer more. */
export const doctor = ({ json }: { readonly json: boolean }) =>
  Effect.gen(function* () {
    const output = yield* Output
    const facts = yield* readFacts
    const found = diagnose(facts, manifest.engines.node.replace(/^\D*/, ""))
    const widest = Math.max(...found.map(({ what }) => what.length))
    const text = ({ what, found, advice }: Diagnosis): string => {
      const first = `${what.padEnd(widest)}  ${found}`
      return advice === undefined ? first : `${first}\n${" ".repeat(widest)}  → ${advice}`
    }
    for (const each of found) yield* line(output, json ? JSON.stringify({ event: "found", ...each }) : text(each))
    const fatal = found.filter(({ isFatal }) => isFatal).length
    if (json) yield* line(output, JSON.stringify({ event: "finished", facts, fatal }))
    if (fatal > 0) yield* Effect.fail(new CheckError({ failed: fatal }))
  })
