// TensorFlow.js on a GPU.
import { cases } from "../cases.mjs"
import { start, submit } from "./load.mjs"

export const makeSubject = async (name) => {
  await start()
  const { call, loss } = await cases[name]()
  return {
    step: async () => {
      call()
      if (loss !== undefined) return loss()
      submit()
    }
  }
}
