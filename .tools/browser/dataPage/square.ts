// Run by workers of the page.

import { answer } from "@residual/train/worker"

answer((value: number) => {
  if (value < 0) throw new RangeError(`${value} is below 0`)
  return value * value
})
