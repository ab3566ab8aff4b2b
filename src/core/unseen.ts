/**
 * Characters that are not seen as what they are. In names, which come from files and tables of others, they would break a
 * line, command a terminal, or make two names look alike.
 */

/** Control characters, and those that end a line. */
const CONTROL = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029';

/** Characters that take no room, or turn the direction of the text around them. */
const FORMAT = '\\u061c\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff';

const control = new RegExp(`[${CONTROL}]`);
const controls = new RegExp(`[${CONTROL}]`, 'g');
const unseen = new RegExp(`[${CONTROL}${FORMAT}]`, 'g');

/** True if `text` holds a control character or the end of a line. */
export function hasControl(text: string): boolean {
  return control.test(text);
}

/** Control characters, which names of files may hold, as `\\xNN`: text that stays on its line and commands no terminal. */
export function printable(text: string): string {
  return text.replace(controls, (found) => {
    const code = found.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** Everything unseen as U+FFFD: text in which nothing hides. */
export function visible(text: string): string {
  return text.replace(unseen, '\ufffd');
}
