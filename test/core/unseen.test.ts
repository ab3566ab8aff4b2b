import { describe, expect, it } from 'vitest';
import { hasControl, printable, visible } from '../../src/core/unseen.js';

const escape = '\u001b[2J';
const lineSeparator = 'a\u2028b';
const reversed = 'gnp.\u202escan';

describe('text of others', () => {
  it('commands no terminal and stays on its line where it is printable, and is kept otherwise', () => {
    expect(printable(`x${escape}\n`)).toBe('x\\x1b[2J\\x0a');
    expect(printable(lineSeparator)).toBe('a\\u2028b');
    expect(printable('Größe 3 µm – 日本')).toBe('Größe 3 µm – 日本');
  });

  it('is told to hold control characters or the end of a line, each time it is asked', () => {
    for (const text of [escape, lineSeparator, 'tab\t', '\u0085'])
      expect([hasControl(text), hasControl(text)], JSON.stringify(text)).toEqual([true, true]);
    for (const text of ['', 'Größe 3 µm', reversed]) expect(hasControl(text), text).toBe(false);
  });

  it('hides nothing where it is visible: characters without room or that turn the text are marked', () => {
    for (const text of [escape, lineSeparator, reversed, 'zero\u200bwidth', '\ufeffmark', 'arabic\u061cmark'])
      expect(visible(text), JSON.stringify(text)).toContain('\ufffd');
    expect(visible(reversed)).toBe('gnp.\ufffdscan');
    expect(visible('Größe 3 µm – 日本 مرحبا')).toBe('Größe 3 µm – 日本 مرحبا');
  });
});
