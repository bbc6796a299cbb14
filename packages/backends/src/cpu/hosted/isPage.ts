/** Whether this is a page's main thread, which must not stand still, and is not allowed to sleep. */
export const isPage = (): boolean => "document" in globalThis
