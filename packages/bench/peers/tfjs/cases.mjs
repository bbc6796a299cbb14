import { decode, train } from "./gpt.mjs"
import { matmul, rowwise } from "./kernels.mjs"
import { imageMlp, lenet, tinyMlp } from "./networks.mjs"

/** How TensorFlow.js makes each case that it has. */
export const cases = {
  "W1-64": matmul(64),
  "W1-128": matmul(128),
  "W1-256": matmul(256),
  "W1-512": matmul(512),
  "W1-1024": matmul(1024),
  ...rowwise,
  "W3-adam": imageMlp("adam"),
  "W3-sgd": imageMlp("sgd"),
  "W4-adam": tinyMlp("adam"),
  "W4-sgd": tinyMlp("sgd"),
  "W5-small": train("small"),
  "W5-big": train("big"),
  "W6-lenet": lenet,
  "W7-decode": decode
}
