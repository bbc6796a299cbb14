// What ../load.mjs is in Node, for a GPU.
import * as tf from "@tensorflow/tfjs"
import "@tensorflow/tfjs-backend-webgpu"

export { tf }

/** Look-ups have kernels here, and so do their gradients. */
export const looksUpByProducts = false

/** Results are computed without being asked for. */
export const compute = () => {}

/** Starts the backend, or fails: one that does not start is replaced by another without a word. */
export const start = async () => {
  await tf.setBackend("webgpu")
  await tf.ready()
  if (tf.getBackend() !== "webgpu") throw new Error(`the backend is ${tf.getBackend()}, not webgpu`)
}

/** Submits what has been encoded: the backend itself does so after so many dispatches, or where something is read. */
export const submit = () => {
  const backend = tf.backend()
  backend.endComputePassEncoder()
  if (backend.commandEncoder) backend.submitQueue()
}
