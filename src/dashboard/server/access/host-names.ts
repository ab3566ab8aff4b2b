/**
 * The names and addresses under which a server on this machine may be asked.
 */
import { hostname, networkInterfaces } from 'node:os';

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/** True if nobody outside this machine reaches `host`. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host.toLowerCase()) || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Names by which a `Host` header may call a server that listens at `host`. Loopback always belongs to them, at any port: no
 * stranger's name can stand for it, and a tunnel (`ssh -L`) asks by it.
 */
export function allowedHosts(host: string): ReadonlySet<string> {
  const own = isWildcard(host) ? [hostname(), ...addresses().map(({ address }) => address)] : [host];
  return new Set([...LOOPBACK, ...own].map((name) => name.toLowerCase()));
}

/** The name or address of a `Host` header, without its port and brackets, in lower case; empty if it is none. */
export function hostName(header: string): string {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::\d{1,5})?$/i.exec(header) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase();
}

/** What stands in the link for `host`: of all interfaces the first that others reach. */
export function linkHost(host: string): string {
  const shown = isWildcard(host)
    ? (addresses().find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? hostname())
    : host;
  return shown.includes(':') ? `[${shown}]` : shown;
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function addresses(): ReturnType<typeof networkInterfaces>[string] & object {
  return Object.values(networkInterfaces()).flatMap((list) => list ?? []);
}
