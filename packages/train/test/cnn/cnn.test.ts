import { layer } from "@effect/vitest"
import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import { float32, reproduces } from "./reproduces.ts"

const name = "PyTorch's training of a convolutional network, with batch normalisation and momentum,"

layer(Reference.layer(), { excludeTestServices: true })(`${name} on the reference`, (it) => {
  // The recording's own numbers have 32 bits.
  it.effect("is reproduced in 64 bits", () => reproduces({ loss: 1e-6, values: 1e-5 }))
})

for (const threads of [1, 2]) {
  layer(Cpu.layer({ threads, shareFrom: 0 }), { excludeTestServices: true })(
    `${name} on the CPU with ${threads} ${threads === 1 ? "thread" : "threads"}`,
    (it) => {
      it.effect("is reproduced in 32 bits", () => reproduces(float32))
    }
  )
}
