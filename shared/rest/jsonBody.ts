import { goSyntaxFault } from '../resource/goJson.ts';

/** The text is not JSON; the message is worded as Go's parser does, which Kuma shows. */
export class NotJson extends Error {
  override name = 'NotJson';
}

/** Resources are at most some twenty levels deep; whatever walks one by recursion is safe with so many. */
const DEEPEST = 200;

/** Parses a body. Keys named `__proto__` are dropped: they would reach into prototypes. @throws NotJson */
export function parseJsonBody(text: string): unknown {
  if (depthOf(text) > DEEPEST) throw new NotJson('exceeded max depth');
  try {
    // To be asked about every key takes several times as long. The name may be written with escapes.
    if (!text.includes('__proto__') && !text.includes('\\u')) return JSON.parse(text);
    return JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value));
  } catch (error) {
    throw new NotJson(goSyntaxFault(error as Error, text));
  }
}

/** How many brackets are open at most, those in strings left out. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') inText = !inText;
    else if (inText && character === '\\') i++;
    else if (inText) continue;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}
