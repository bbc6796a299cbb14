/** So many names tell kernels apart well enough. */
const mostNames = 4

/** Names as one text, each once and the first few of them. */
export const namesText = (names: Iterable<string>): string => {
  const distinct = [...new Set(names)]
  return [...distinct.slice(0, mostNames), ...(distinct.length > mostNames ? ["…"] : [])].join(" ")
}
