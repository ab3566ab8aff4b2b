/**
 * Text of values. Everything that is decided by text here (dates, UIDs, codes, numbers) is ASCII, so that bytes are read
 * as Latin-1, whatever the character set of a file.
 */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** Text without the padding at its ends. */
export function trimmed(bytes: Uint8Array): string {
  return textOf(bytes).replace(/^[ ]+|[\0 ]+$/g, '');
}

/** Bytes of ASCII text, padded to an even number: UIDs with a zero, all else with a space. */
export function bytesOf(text: string, representation: string): Buffer {
  const pad = representation === 'UI' ? '\0' : ' ';
  return Buffer.from(text.length % 2 === 0 ? text : text + pad, 'latin1');
}
