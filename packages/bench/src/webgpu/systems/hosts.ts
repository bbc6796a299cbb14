/** Where systems run that compute on a GPU. */
export const hostNames = ["chromium", "node"] as const

/** The name of a host. */
export type HostName = (typeof hostNames)[number]

/** The hosts as people write them. */
export const hostTitles: Readonly<Record<HostName, string>> = { chromium: "Chromium", node: "Node" }
