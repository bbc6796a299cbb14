#!/usr/bin/env node
const usage = `residual train                train a character GPT
residual explain [MODEL]      print a model's forward and backward table
residual check ops FILE       replay recorded ops
residual check training PREFIX  replay a recorded training run`

process.stdout.write(`${usage}\n`)
