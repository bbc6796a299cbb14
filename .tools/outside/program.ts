import { Tensor } from "@residual/backends"
import { evaluate, nested } from "@residual/backends/reference"
import { input, op } from "@residual/core"
import { grad } from "@residual/graph"
import * as promise from "@residual/promise"
import * as promiseInNode from "@residual/promise/node"
import * as testing from "@residual/testing"
import * as train from "@residual/train"

const w = input("w", [3])
const gradient = grad(op.sum(op.mul(w, w)), { w })
const values = nested(evaluate(gradient, { w: [1, 2, 3] }).w)
const loaded = [promise, promiseInNode, testing, train, Tensor].every((module) => typeof module === "object")
if (JSON.stringify(values) !== "[2,4,6]" || !loaded) process.exit(1)
console.log(`the gradient of w · w at [1, 2, 3] is ${JSON.stringify(values)}`)
