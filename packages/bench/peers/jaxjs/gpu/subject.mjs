// jax-js on a GPU.
import { cases } from "../cases.mjs"
import { start } from "./load.mjs"

export const makeSubject = async (name) => {
  await start()
  const { call, loss } = await cases[name]()
  return {
    step: async () => {
      await call()
      return loss?.()
    }
  }
}
