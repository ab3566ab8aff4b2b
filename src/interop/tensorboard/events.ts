/**
 * Events of TensorBoard: scalars by step, and texts. Scalars are written as PyTorch's SummaryWriter writes them, which every reader of
 * event files knows: as 32-bit floats.
 */
import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { DataType, EventSchema } from './proto/events_pb.js';
import { record } from './records.js';

/** First record of a file. `time` in seconds since the epoch, here as in all others. */
export function versionEvent(time: number): Uint8Array {
  return event({ wallTime: time, what: { case: 'fileVersion', value: 'brain.Event:2' } });
}

export function scalarEvent(tag: string, { time, step, value }: ScalarPoint): Uint8Array {
  return event({
    wallTime: time,
    step: BigInt(step),
    what: { case: 'summary', value: { value: [{ tag, value: { case: 'simpleValue', value } }] } },
  });
}

export interface ScalarPoint {
  readonly time: number;
  readonly step: number;
  readonly value: number;
}

/** Text, which TensorBoard shows as Markdown. */
export function textEvent(tag: string, text: string, time: number): Uint8Array {
  const tensor = {
    dtype: DataType.DT_STRING,
    tensorShape: { dim: [{ size: 1n }] },
    stringVal: [new TextEncoder().encode(text)],
  };
  return event({
    wallTime: time,
    what: {
      case: 'summary',
      value: {
        value: [
          { tag, metadata: { pluginData: { pluginName: 'text' } }, value: { case: 'tensor', value: tensor } },
        ],
      },
    },
  });
}

/** Lines that Markdown shows as they are, whatever they hold. */
export function verbatim(text: string): string {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => `    ${line}`)
    .join('\n');
}

function event(content: MessageInitShape<typeof EventSchema>): Uint8Array {
  return record(toBinary(EventSchema, create(EventSchema, content)));
}
