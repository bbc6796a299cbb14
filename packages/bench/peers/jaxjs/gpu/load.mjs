// What ../load.mjs is in Node, for a GPU.
import * as jax from "@jax-js/jax"

export const { jit, lax, nn, numpy: np, tree, valueAndGrad, vjp } = jax

/**
 * Has results computed. Each that is waited for is a submit more, and what one result of a compiled function waits for is
 * the same as for all others. A step's loss is read, so that there is no need of it.
 */
export const blockUntilReady = async ([first]) => first.blockUntilReady?.()

/** Starts the device. */
export const start = async () => {
  const devices = await jax.init("webgpu")
  if (!devices.includes("webgpu")) throw new Error("there is no WebGPU device")
  jax.defaultDevice("webgpu")
}
