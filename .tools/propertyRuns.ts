import { configureGlobal } from "fast-check"

/** How many inputs a property is tried on, unless the property itself says otherwise. */
configureGlobal({ numRuns: process.env.RESIDUAL_LONG === "1" ? 2000 : 100 })
