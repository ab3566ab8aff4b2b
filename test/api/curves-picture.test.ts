/**
 * The picture of label-efficiency curves: one arm that fails leaves the others to be seen.
 */
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { metricAxis } from '../../src/api/finetuning/curves/look.js';
import { curvesPicture } from '../../src/api/finetuning/curves/picture.js';
import { labelCurves, type CurveScore, type LabelCurves } from '../../src/api/finetuning/curves/summary.js';

/** One score for each arm and number of patients. */
function curvesOf(metric: string, values: readonly (readonly [CurveScore['arm'], number, number])[]) {
  const shared = { repeat: 1, fold: 1, available: 160, tested: 40 } as const;
  const scores = values.map(([arm, trained, value]): CurveScore => ({
    arm,
    labels: trained,
    trained,
    value,
    ...shared,
  }));
  return labelCurves({ task: 'hand', metric, repeats: 1, folds: 1 }, scores);
}

const calm = curvesOf('r2', [
  ['pretrained', 10, -0.1],
  ['metadata', 10, 0.05],
  ['pretrained', 100, 0.52],
  ['metadata', 100, 0.3],
]);
const wild = curvesOf('r2', [
  ['pretrained', 10, -0.1],
  ['metadata', 10, -9912],
  ['pretrained', 100, 0.52],
  ['metadata', 100, 0.3],
]);

/** Heights in pixels between which points of a colour `[r, g, b]` lie. */
async function heightsOf(curves: LabelCurves, colour: readonly number[]): Promise<readonly [number, number]> {
  const { width, height, data, channels } = decode((await curvesPicture(curves)).png);
  // The plot alone: the legend below it has the same colours.
  const within = Array.from({ length: Math.floor(0.8 * height) }, (_, row) => row).filter((row) =>
    Array.from({ length: width }, (_, x) => (row * width + x) * channels).some((at) =>
      colour.every((one, channel) => data[at + channel] === one),
    ),
  );
  return [Math.min(...within), Math.max(...within)];
}

describe('the picture of label-efficiency curves', () => {
  it('says where its axis is cut, and marks what lies below', async () => {
    const { svg } = await curvesPicture(wild);
    expect(svg).toContain('values below −0.3, where the axis is cut');
    expect(metricAxis(wild)).toEqual({ domain: [-0.3, 0.6], cut: true });
    expect((await curvesPicture(calm)).svg).not.toContain('is cut');
    expect(metricAxis(calm)).toEqual({ domain: [-0.1, 0.52], cut: false });
  });

  it('leaves the other arms room where one fails', async () => {
    const blue = [0x00, 0x72, 0xb2];
    const [top, foot] = await heightsOf(wild, blue);
    // The arm goes from −0.1 to 0.52 on an axis of 0.9, which is 640 pixels high.
    expect(foot - top).toBeGreaterThan(0.6 * 640);
  });

  it('cuts no axis of a metric that has a least value', () => {
    const found = metricAxis(
      curvesOf('auroc', [
        ['pretrained', 10, 0.02],
        ['pretrained', 100, 0.9],
      ]),
    );
    expect(found).toEqual({ domain: [0.02, 0.9], cut: false });
  });
});
