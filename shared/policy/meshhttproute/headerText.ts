/** What Envoy takes as the value of a header, or writes into a path: it would refuse all routes of a proxy for anything else. */
export function isHeaderText(text: string): boolean {
  return !/[\0\r\n]/.test(text);
}

export const NOT_HEADER_TEXT = 'must not hold line breaks or NUL';
