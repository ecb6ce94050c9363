/** Cycles of a directed graph, each once, as `a → b → a`. */
export function cyclesIn(edges: readonly { readonly from: string; readonly to: string }[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const cycles: string[] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): void => {
    if (finished.has(node)) return;
    const start = path.indexOf(node);
    if (start >= 0) {
      cycles.push([...path.slice(start), node].join(' → '));
      return;
    }
    path.push(node);
    for (const target of next.get(node) ?? []) visit(target);
    path.pop();
    finished.add(node);
  };
  for (const node of next.keys()) visit(node);
  return cycles;
}
