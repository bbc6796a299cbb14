// What the peers that JavaScript runs have in common: they read a request, measure one case, and print a reply.
import { makePinning } from "../src/measuring/pinning.ts"
import { sample } from "../src/measuring/sample.ts"

/** What is asked of this process. */
export const request = JSON.parse(process.argv[2] ?? "{}")

/** A function that runs calls one after the other, waiting for those that are asynchronous, and gives their time. */
const timer = (call) => async (calls) => {
  const before = performance.now()
  for (let at = 0; at < calls; at++) {
    const pending = call()
    if (pending !== undefined) await pending
  }
  return performance.now() - before
}

/**
 * Measures the case that was asked for and prints the reply. `cold` says how long the import and the start took; a case
 * is a function that gives what is called and, where there are some, the loss of the last call and the tokens that it chose.
 */
export const measure = async (cold, cases) => {
  const residentBefore = process.memoryUsage.rss()
  const make = cases[request.case]
  if (make === undefined) throw new Error(`no case ${request.case}`)
  const { call, loss, tokens } = await make()
  const pin = makePinning()
  const time = timer(call)
  const first = await time(1)
  const firstLoss = await loss?.()
  const pinned = pin()
  const milliseconds = await sample(time, request.plan, first, pin)
  const reply = {
    milliseconds,
    cold: { ...cold, first },
    memory: { residentBefore, resident: process.resourceUsage().maxRSS * 1024 },
    pinned,
    ...(loss === undefined ? {} : { firstLoss, lastLoss: await loss() }),
    ...(tokens === undefined ? {} : { tokens: tokens() })
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`, () => process.exit(0))
}
