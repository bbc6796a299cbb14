import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { Tensor } from "@residual/backends"
import { type AnyExpr, Model, op } from "@residual/core"
import { Effect } from "effect"
import { type Batch, decodeSafetensors, type Objective } from "../../src/index.ts"

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../testing/fixtures/${name}`, import.meta.url))

const rows = 32
const pixels = 28 * 28

/**
 * The network that PyTorch 1.13 trained in 32 bits: on the first 1,280 images of MNIST's training set, pixels from 0 to 1, by
 * gradient descent with a rate of 0.05, a momentum of 0.9 and a weight decay of 1e-4 of all parameters.
 */
const model = Model.sequence({
  c1: Model.conv2d({ in: 1, out: 6, kernel: 5 }),
  bn: Model.batchNorm({ features: 6 }),
  pool1: (x) => op.maxPool2d(op.relu(x), { kernel: 2 }),
  c2: Model.conv2d({ in: 6, out: 16, kernel: 5 }),
  pool2: (x) => op.maxPool2d(op.relu(x), { kernel: 2 }),
  flat: (x) => op.reshape(x, [rows, 256]),
  f1: Model.linear({ in: 256, out: 84 }),
  relu: op.relu,
  f2: Model.linear({ in: 84, out: 10 })
})

/** The cross entropy of digits. */
export const objective: Objective<AnyExpr, AnyExpr> = {
  model,
  batch: { images: { dtype: "f32", shape: [rows, 1, 28, 28] }, targets: { dtype: "i32", shape: [rows] } },
  loss: (model, { images, targets }) => op.crossEntropy(model(images as AnyExpr), targets as AnyExpr)
}

const { tensors } = Effect.runSync(decodeSafetensors("cnn.golden.safetensors", fixture("cnn.golden.safetensors")))

const read = (name: string): Tensor.Tensor => {
  const tensor = tensors[name]
  if (tensor === undefined) throw new Error(`the recording has no ${name}`)
  return tensor
}

/** Under which name PyTorch's script wrote a parameter; those of linear maps are transposed there. */
const parameters: Readonly<Record<string, { readonly name: string; readonly transposed?: boolean }>> = {
  "c1.weight": { name: "c1.w" },
  "c1.bias": { name: "c1.b" },
  "bn.scale": { name: "bn.w" },
  "bn.bias": { name: "bn.b" },
  "c2.weight": { name: "c2.w" },
  "c2.bias": { name: "c2.b" },
  "f1.weight": { name: "f1.w", transposed: true },
  "f1.bias": { name: "f1.b" },
  "f2.weight": { name: "f2.w", transposed: true },
  "f2.bias": { name: "f2.b" }
}

const transposed = (tensor: Tensor.Tensor): Tensor.Tensor => {
  const [high, wide] = tensor.type.shape as readonly [number, number]
  const from = Tensor.toTypedArray(tensor)
  const to = from.map((_, at) => from[(at % high) * wide + Math.floor(at / high)] as number)
  return Tensor.make(to, { dtype: "f32", shape: [wide, high] })
}

const parametersOf = (moment: "init" | "final"): Readonly<Record<string, Tensor.Tensor>> =>
  Object.fromEntries(
    Object.entries(parameters).map(([path, { name, transposed: isTransposed = false }]) => {
      const tensor = read(`${moment}.${name}`)
      return [path, isTransposed ? transposed(tensor) : tensor]
    })
  )

/** What PyTorch started from, and what it came to in 40 steps. */
export const first = parametersOf("init")
export const last = {
  ...parametersOf("final"),
  "bn.mean": read("bn.running_mean"),
  "bn.variance": read("bn.running_var")
}
export const losses: ReadonlyArray<number> = Array.from(Tensor.toTypedArray(read("losses")))

const images = gunzipSync(fixture("mnist.1280.images.idx3.gz")).subarray(16)
const labels = gunzipSync(fixture("mnist.1280.labels.idx1.gz")).subarray(8)

/** The images in the order of the file, by 32. */
export const batches: ReadonlyArray<Batch> = losses.map((_, step) => ({
  images: Tensor.make(
    Float32Array.from(images.subarray(step * rows * pixels, (step + 1) * rows * pixels), (value) => value / 255),
    { shape: [rows, 1, 28, 28] }
  ),
  targets: Tensor.make(Int32Array.from(labels.subarray(step * rows, (step + 1) * rows)))
}))
