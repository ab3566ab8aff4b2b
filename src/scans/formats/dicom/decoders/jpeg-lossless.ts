/**
 * Lossless JPEG, Huffman coded (process 14): all seven predictors, point transform, restart intervals, 2 to 16 bits,
 * components interleaved or in scans of their own.
 *
 * Source: ITU-T T.81, B.2 (markers), H.1.2 (prediction), H.2 (decoding). Written here, since
 * jpeg-lossless-decoder-js, the only package for it, gives wrong samples without saying so.
 */
import { BitReader, readHuffmanTables, segmentAt, type HuffmanTable } from './jpeg-entropy.js';

interface Frame {
  readonly bits: number;
  readonly rows: number;
  readonly columns: number;
  /** Identifiers of the components, in their order in the samples. */
  readonly components: readonly number[];
}

interface Scan {
  /** Places of its components within a pixel, and their codes. */
  readonly places: readonly number[];
  readonly tables: readonly HuffmanTable[];
  /** Predictor of T.81 table H.1, from 1 to 7. */
  readonly predictor: number;
  /** Bits that were dropped before prediction. */
  readonly pointTransform: number;
  /** Rows between restart markers; all rows of the frame if there are none. */
  readonly restartRows: number;
}

/** @returns samples `[rows, columns, components]` */
export function decodeJpegLossless(bytes: Uint8Array): Uint16Array {
  const huffman = new Map<number, HuffmanTable>();
  let frame: Frame | undefined;
  let out = new Uint16Array(0);
  let restartInterval = 0;
  const done = new Set<number>();
  for (let at = 2, next = segmentAt(bytes, at); next !== null; next = segmentAt(bytes, at)) {
    const { marker, content, end } = next;
    at = end;
    if (marker === 0xc4) readHuffmanTables(content, huffman);
    else if (marker === 0xdd) restartInterval = 256 * (content[0] ?? 0) + (content[1] ?? 0);
    else if (marker === 0xc3) {
      frame = frameOf(content);
      out = new Uint16Array(frame.rows * frame.columns * frame.components.length);
    } else if (marker === 0xda) {
      if (frame === undefined) throw new Error('a scan without a frame');
      const scan = scanOf(content, frame, huffman, restartInterval);
      if (scan.places.some((place) => done.has(place))) throw new Error('a component comes twice');
      const reader = new BitReader(bytes, at);
      decodeScan(reader, frame, scan, out);
      for (const place of scan.places) done.add(place);
      if (done.size === frame.components.length) return out;
      reader.toMarker();
      at = reader.at;
    }
  }
  throw new Error(`${done.size} of ${frame?.components.length ?? 0} components have a scan`);
}

function frameOf(content: Uint8Array): Frame {
  const at = (index: number): number => content[index] ?? 0;
  const [bits, count] = [at(0), at(5)];
  const components = Array.from({ length: count }, (_, i) => at(6 + 3 * i));
  if (bits < 2 || bits > 16) throw new Error(`lossless JPEG has 2 to 16 bits, not ${bits}`);
  if (new Set(components).size !== count || count === 0 || content.length < 6 + 3 * count)
    throw new Error('its components are not told apart');
  if (count > 1 && components.some((_, i) => at(7 + 3 * i) !== at(7)))
    throw new Error('subsampled components are not read');
  return { bits, rows: 256 * at(1) + at(2), columns: 256 * at(3) + at(4), components };
}

function scanOf(
  content: Uint8Array,
  { bits, rows, columns, components }: Frame,
  huffman: ReadonlyMap<number, HuffmanTable>,
  restartInterval: number,
): Scan {
  const at = (index: number): number => content[index] ?? 0;
  const count = at(0);
  const own = Array.from({ length: count }, (_, i) => i);
  const places = own.map((i) => components.indexOf(at(1 + 2 * i)));
  const tables = own.map((i) => huffman.get(at(2 + 2 * i) >> 4));
  const [predictor, pointTransform] = [at(1 + 2 * count), at(3 + 2 * count) & 15];
  if (count === 0 || places.includes(-1) || new Set(places).size !== count || tables.includes(undefined))
    throw new Error('a scan without its components or tables');
  if (predictor < 1 || predictor > 7) throw new Error(`there is no predictor ${predictor}`);
  if (pointTransform >= bits)
    throw new Error(`a point transform of ${pointTransform} leaves nothing of ${bits} bits`);
  if (restartInterval % columns !== 0)
    throw new Error(`a restart interval of ${restartInterval} is no whole number of rows of ${columns}`);
  const restartRows = restartInterval === 0 ? rows : restartInterval / columns;
  return { places, tables: tables as HuffmanTable[], predictor, pointTransform, restartRows };
}

function decodeScan(reader: BitReader, frame: Frame, scan: Scan, out: Uint16Array): void {
  const { rows, columns, components } = frame;
  const { places, restartRows, pointTransform } = scan;
  const stride = columns * components.length;
  for (let row = 0; row < rows; row++) {
    const start = row % restartRows === 0;
    if (start && row > 0) reader.restart(row / restartRows - 1);
    decodeRow(reader, frame, scan, out, { from: row * stride, alone: start });
  }
  if (pointTransform === 0) return;
  for (const place of places)
    for (let i = place; i < out.length; i += components.length) out[i] = (out[i] as number) << pointTransform;
}

/**
 * One row of the scan's components. Sums are modulo 2¹⁶, which is what storing them does.
 *
 * @param row index of its first sample in `out`; `alone`: nothing above it may be used
 */
function decodeRow(
  reader: BitReader,
  { bits, columns, components: { length: step } }: Frame,
  { places, tables, predictor, pointTransform }: Scan,
  out: Uint16Array,
  { from, alone }: { readonly from: number; readonly alone: boolean },
): void {
  const above = columns * step;
  for (let column = 0, pixel = from; column < columns; column++, pixel += step) {
    for (let k = 0; k < places.length; k++) {
      const i = pixel + (places[k] as number);
      let predicted: number;
      if (column === 0) predicted = alone ? 1 << (bits - pointTransform - 1) : (out[i - above] as number);
      else if (alone || predictor === 1) predicted = out[i - step] as number;
      else
        predicted = predict(
          predictor,
          out[i - step] as number,
          out[i - above] as number,
          out[i - above - step] as number,
        );
      const size = reader.symbol(tables[k] as HuffmanTable);
      // The one difference of 16 bits needs no more than its size.
      out[i] = predicted + (size === 16 ? 32768 : reader.signed(size));
    }
  }
}

/** Predicted sample from its neighbours to the left, above, and above to the left: T.81 table H.1. */
function predict(predictor: number, left: number, above: number, corner: number): number {
  switch (predictor) {
    case 2:
      return above;
    case 3:
      return corner;
    case 4:
      return left + above - corner;
    case 5:
      return left + ((above - corner) >> 1);
    case 6:
      return above + ((left - corner) >> 1);
    default:
      return (left + above) >> 1;
  }
}
