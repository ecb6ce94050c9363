import { styleText } from 'node:util';

/** The terminal that the output goes to; there is none in a pipe or a file. */
export interface Terminal {
  /** Lines of the window, as it is now. */
  readonly rows: () => number;
  /** Its width, likewise. */
  readonly columns: () => number;
  /** It has colours, and nobody asked to leave them out (NO_COLOR, https://no-color.org). */
  readonly hasColors: boolean;
  /** Asks the one who sits there; absent when the input is no terminal. */
  readonly ask?: (question: string) => Promise<string>;
}

type Style = Parameters<typeof styleText>[0];

/** Puts texts in colours where there are any. */
export type Paint = (style: Style, text: string) => string;

export function paintOf(terminal: Terminal | undefined): Paint {
  return (style, text) => (terminal?.hasColors ? styleText(style, text, { validateStream: false }) : text);
}

const ESCAPE = '\u001b[';

/** Control sequences of ECMA-48, and DEC's modes for the cursor (25) and for wrapping lines at the margin (7). */
export const SCREEN = {
  clear: `${ESCAPE}2J`,
  home: `${ESCAPE}H`,
  eraseLine: `${ESCAPE}K`,
  eraseBelow: `${ESCAPE}J`,
  begin: `${ESCAPE}?25l${ESCAPE}?7l`,
  end: `${ESCAPE}?7h${ESCAPE}?25h`,
} as const;
