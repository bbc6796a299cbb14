import * as backends from "@residual/backends"
import * as reference from "@residual/backends/reference"
import { input, op } from "@residual/core"
import * as graph from "@residual/graph"
import * as testing from "@residual/testing"
import * as train from "@residual/train"

const value = op.exp(input("x", [2, 3]))
const modules = [backends, reference, graph, testing, train]
if (value.type.shape.join() !== "2,3" || modules.some((module) => typeof module !== "object")) process.exit(1)
console.log(`exp has shape [${value.type.shape}]`)
