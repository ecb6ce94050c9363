const INDENT = '  ';

/** A text in lines that are not longer than a terminal, between words where that can be; further ones are indented. @param columns absent: one line */
export function wrapped(text: string, columns: number | undefined): string {
  if (columns === undefined || text.length <= columns) return text;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line ? `${line} ${word}` : `${lines.length > 0 ? INDENT : ''}${word}`;
    if (longer.length <= columns || !line) line = longer;
    else {
      lines.push(line);
      line = `${INDENT}${word}`;
    }
  }
  return [...lines, line].join('\n');
}
