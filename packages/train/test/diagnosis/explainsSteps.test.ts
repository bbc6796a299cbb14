import { layer } from "@effect/vitest"
import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import { explainsSteps } from "./notFinite.ts"

layer(Reference.layer({ mode: "rounded" }), { excludeTestServices: true })(
  "a step that is not finite, on the reference in 32 bits",
  explainsSteps
)

for (const threads of [1, 2]) {
  layer(Cpu.layer({ threads, shareFrom: 0 }), { excludeTestServices: true })(
    `a step that is not finite, on the CPU with ${threads} ${threads === 1 ? "thread" : "threads"}`,
    explainsSteps
  )
}
