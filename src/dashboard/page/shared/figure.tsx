/**
 * Frame of a plot: its title, what it shows in words for those who do not see it, and "Save as SVG" and "Save as PNG", which
 * both draw by the plot's own function.
 */
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { drawnAsPng, drawnAsSvg, type Draw } from '../plot/saved.js';
import { isDark } from '../shell/theme.js';
import { save } from './csv.js';
import { inkOf } from './palette.js';

interface Props {
  readonly title: string;
  /** What the plot shows, in a sentence or two, with its main numbers. */
  readonly description: string;
  /** Draws the plot at a size in CSS pixels. */
  readonly draw: Draw;
  /** Size of the saved picture. */
  readonly size?: readonly [width: number, height: number];
  /** Buttons and inputs over the plot. */
  readonly controls?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Figure({ title, description, draw, size = [900, 450], controls, children }: Props) {
  const id = useId();
  const fileName = `voxolve-${title.toLowerCase()}`;
  const svg = () =>
    save(new Blob([drawnAsSvg(draw, size, inkOf(isDark()))], { type: 'image/svg+xml' }), `${fileName}.svg`);
  const png = () =>
    void drawnAsPng(draw, size, inkOf(isDark())).then((blob) => save(blob, `${fileName}.png`));
  return (
    <figure aria-labelledby={`${id}-title`} aria-describedby={`${id}-description`}>
      <div class="figure-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <div class="tools">
          <button type="button" onClick={svg} aria-label={`Save as SVG: ${title}`}>
            Save as SVG
          </button>
          <button type="button" onClick={png} aria-label={`Save as PNG: ${title}`}>
            Save as PNG
          </button>
        </div>
      </div>
      {controls !== undefined && <div class="controls">{controls}</div>}
      {children}
      <figcaption id={`${id}-description`}>{description}</figcaption>
    </figure>
  );
}
