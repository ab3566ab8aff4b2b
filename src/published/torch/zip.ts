/**
 * Zip archives as PyTorch writes them: found by their central directory, with 64-bit sizes, stored or deflated.
 *
 * Nothing is written to a disk, so names may be anything. What an entry declares must hold: its size, its checksum, its
 * place in the file; and what is inflated is bounded, per entry and in all.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.5.3.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { messageOf } from '../../core/errors.js';
import { shortened, Unreadable } from '../unreadable.js';
import { directoryEntries, type ZipEntry } from './zip-directory.js';

const LOCAL = { signature: 0x04034b50, nameLength: 26, extraLength: 28, bytes: 30 } as const;
const [STORED, DEFLATED] = [0, 8] as const;
/** Of one deflated entry; PyTorch stores, so that few files have any. */
const LARGEST_INFLATED = 1 << 28;
const MOST_INFLATED = 1 << 30;

export class Zip {
  private readonly entries: ReadonlyMap<string, ZipEntry>;
  private inflated = 0;

  constructor(private readonly file: Buffer) {
    this.entries = directoryEntries(file);
  }

  names(): readonly string[] {
    return [...this.entries.keys()];
  }

  /** Bytes of an entry once it is read; undefined where there is none of the name. */
  sizeOf(name: string): number | undefined {
    return this.entries.get(name)?.size;
  }

  /** Content of an entry. Throws `Unreadable` where it is not what the archive says. */
  read(name: string): Uint8Array {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new Unreadable(`it lacks ${shortened(name)}`);
    const content = this.content(entry);
    if (content.length !== entry.size)
      throw damaged(entry, `holds ${content.length} bytes, not ${entry.size}`);
    if (crc32(content) !== entry.crc) throw damaged(entry, 'does not match its checksum');
    return content;
  }

  private content(entry: ZipEntry): Uint8Array {
    const raw = this.raw(entry);
    if (entry.method === STORED) return raw;
    if (entry.method !== DEFLATED) throw damaged(entry, `is compressed by method ${entry.method}`);
    this.inflated += entry.size;
    if (entry.size > LARGEST_INFLATED || this.inflated > MOST_INFLATED) {
      throw damaged(entry, `would become ${entry.size} bytes, more than any weights need`);
    }
    try {
      return inflateRawSync(raw, { maxOutputLength: entry.size + 1 });
    } catch (error) {
      throw damaged(entry, `cannot be inflated to ${entry.size} bytes (${messageOf(error)})`);
    }
  }

  /** Bytes between the local header and the next entry. */
  private raw(entry: ZipEntry): Uint8Array {
    const { file } = this;
    const { offset, stored } = entry;
    if (offset + LOCAL.bytes > file.length || file.readUInt32LE(offset) !== LOCAL.signature) {
      throw damaged(entry, 'is not where the archive says');
    }
    const start =
      offset +
      LOCAL.bytes +
      file.readUInt16LE(offset + LOCAL.nameLength) +
      file.readUInt16LE(offset + LOCAL.extraLength);
    if (start + stored > file.length) throw damaged(entry, 'goes on beyond the end of the file');
    return file.subarray(start, start + stored);
  }
}

function damaged({ name }: ZipEntry, problem: string): Unreadable {
  return new Unreadable(`it is damaged: ${shortened(name)} ${problem}`);
}
