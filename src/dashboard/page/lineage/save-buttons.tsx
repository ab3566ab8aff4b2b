/** The part of the family that is in sight as a file: SVG up to so many candidates as a viewer can open, PNG always. */
import { useState } from 'preact/hooks';
import { drawnAsSvg } from '../plot/saved.js';
import { save } from '../shared/csv.js';
import { inkOf } from '../shared/palette.js';
import { isDark } from '../shell/theme.js';
import { drawFew, FEW_SAVED, type Scene } from './drawing/draw.js';
import { savedCanvas } from './drawing/saved-canvas.js';
import { countVisible, windowOf } from './geometry/places.js';
import type { Viewport } from './geometry/viewport.js';

interface Props {
  readonly scene: Omit<Scene, 'viewport'>;
  readonly viewport: Viewport | null;
}

export function SaveButtons({ scene, viewport }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  const svg = () => {
    if (viewport === null) return;
    if (countVisible(scene.places, windowOf(viewport), FEW_SAVED) > FEW_SAVED) {
      setProblem(
        `More than ${FEW_SAVED} candidates are in sight, too many for an SVG: zoom in, or save as PNG.`,
      );
      return;
    }
    setProblem(null);
    const size = [viewport.width, viewport.height] as const;
    const drawn = drawnAsSvg((pen, ink) => drawFew(pen, ink, { ...scene, viewport }), size, inkOf(isDark()));
    save(new Blob([drawn], { type: 'image/svg+xml' }), 'voxolve-family.svg');
  };
  const png = () => {
    if (viewport === null) return;
    setProblem(null);
    savedCanvas({ ...scene, viewport }, isDark()).toBlob((blob) => {
      if (blob === null) setProblem('The browser could not make a PNG of this size.');
      else save(blob, 'voxolve-family.png');
    });
  };
  return (
    <div class="tools">
      <button type="button" onClick={svg} aria-label="Save as SVG: the family">
        Save as SVG
      </button>
      <button type="button" onClick={png} aria-label="Save as PNG: the family">
        Save as PNG
      </button>
      {problem !== null && <span role="alert">{problem}</span>}
    </div>
  );
}
