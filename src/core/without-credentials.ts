/**
 * Addresses as they may appear in messages, logs, databases and reports: without user name, password and secrets of the
 * query (signed addresses carry theirs there).
 */

/** `user:password@` of an address; a password may hold any character but `/`, `?`, `#` and space, even an unescaped `@`. */
const USER = /([a-z][a-z0-9+.-]{0,30}:\/\/)[^/?#\s]*@/gi;

const PAIR = /([?&])([^=?&#\s]{1,100})=[^&#\s]*/g;
const SECRET = /password|passwd|secret|token|signature|credential|api-?key|access-?key|^sig$|^auth$/i;

/** The same text with every address in it stripped of its credentials; text without an address stays as it is. */
export function withoutCredentials(text: string): string {
  return text
    .replace(USER, '$1')
    .replace(PAIR, (pair, start: string, key: string) => (SECRET.test(key) ? `${start}${key}=…` : pair));
}
