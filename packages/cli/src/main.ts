#!/usr/bin/env node
import { runMain } from "./process/runMain.ts"
import { program } from "./program.ts"

runMain(program(process.argv.slice(2)))
