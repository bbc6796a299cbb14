// Training steps, each one compiled function: forward, backward and update. The package has no optimisers.
import { blockUntilReady, jit, np, tree, valueAndGrad } from "./load.mjs"

const settings = {
  adam: { beta1: 0.9, beta2: 0.999, decay: 0 },
  adamW: { beta1: 0.9, beta2: 0.99, decay: 0.1 }
}
const epsilon = 1e-8

const sgdStep = (lossAndGradients, rate) =>
  jit((state, inputs, targets, scaledRate) => {
    const [loss, gradients] = lossAndGradients(tree.ref(state.parameters), inputs, targets)
    scaledRate.dispose?.()
    const parameters = state.parameters.map((value, at) => value.sub(gradients[at].mul(rate)))
    return [{ parameters }, loss]
  })

const adamStep = (lossAndGradients, rate, { beta1, beta2, decay }, decays) =>
  jit((state, inputs, targets, scaledRate) => {
    const [loss, gradients] = lossAndGradients(tree.ref(state.parameters), inputs, targets)
    const means = state.means.map((mean, at) => mean.mul(beta1).add(gradients[at].ref.mul(1 - beta1)))
    const squares = state.squares.map((square, at) =>
      square.mul(beta2).add(gradients[at].ref.mul(gradients[at]).mul(1 - beta2))
    )
    const parameters = state.parameters.map((value, at) => {
      const moved = means[at].ref.mul(scaledRate.ref).div(np.sqrt(squares[at].ref).add(epsilon))
      return (decay !== 0 && decays[at] ? value.mul(1 - rate * decay) : value).sub(moved)
    })
    scaledRate.dispose()
    return [{ parameters, means, squares }, loss]
  })

/** Training steps of a loss of parameters, inputs and targets. `decays` says which parameters decay, by place. */
export const training = (lossOf, parameters, inputs, targets, optimiser, rate, decays = []) => {
  const lossAndGradients = valueAndGrad(lossOf)
  const setting = settings[optimiser]
  const step =
    setting === undefined ? sgdStep(lossAndGradients, rate) : adamStep(lossAndGradients, rate, setting, decays)
  const zeros = () => parameters.map(({ shape }) => np.zeros(shape))
  let state = setting === undefined ? { parameters } : { parameters, means: zeros(), squares: zeros() }
  let [count, last] = [0, undefined]
  return {
    call: async () => {
      count++
      const { beta1, beta2 } = setting ?? settings.adam
      const scaledRate = np.array((rate * Math.sqrt(1 - beta2 ** count)) / (1 - beta1 ** count))
      const [next, loss] = step(state, inputs.ref, targets.ref, scaledRate)
      state = next
      await blockUntilReady([state, loss])
      last?.dispose()
      last = loss
    },
    loss: async () => (await last.ref.data())[0]
  }
}
