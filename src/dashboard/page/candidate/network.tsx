/** The network as a picture that can be saved, and as a table. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CandidateView, LayerRow } from '../../views/types.js';
import { drawnAsSvg, type Draw } from '../plot/saved.js';
import { Figure } from '../shared/figure.js';
import { count, name } from '../shared/format.js';
import { inkOf } from '../shared/palette.js';
import { Failure } from '../shared/states.js';
import { Table, type Column } from '../shared/table.js';
import { useDark } from '../shell/theme.js';
import { drawNetwork, sizeOf } from './draw-network.js';

export function Network({ candidate }: { readonly candidate: CandidateView }) {
  const { layers, layersProblem } = candidate;
  return (
    <section aria-labelledby="network-title">
      <h2 id="network-title">Network</h2>
      {layersProblem !== null && <Failure message={layersProblem} />}
      {layers !== null && layers.length > 0 && (
        <>
          <Drawing layers={layers} number={candidate.number} />
          <Layers layers={layers} />
        </>
      )}
    </section>
  );
}

function Drawing({ layers, number }: { readonly layers: readonly LayerRow[]; readonly number: number }) {
  const key = JSON.stringify(layers);
  const size = useMemo(() => sizeOf(layers), [key]);
  const draw: Draw = useMemo(() => (pen, ink) => drawNetwork(pen, ink, layers), [key]);
  const address = useSvg(draw, size);
  const params = layers.reduce((sum, layer) => sum + layer.params, 0);
  const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
  const description = `${layers.length} layers of the encoder with ${count(params)} parameters and ${count(macs)} MACs for one sample, from the input down. The bar in each box is its share of MACs, against the largest; lines at the right skip layers. The table below holds the same.`;
  return (
    <Figure title={`Layers of candidate ${number}`} description={description} draw={draw} size={size}>
      {address !== null && (
        <img class="network" src={address} width={size[0]} height={size[1]} alt={description} />
      )}
    </Figure>
  );
}

/** Address of a drawing as a picture; null until it is drawn. */
function useSvg(draw: Draw, size: readonly [number, number]): string | null {
  const dark = useDark();
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    const svg = drawnAsSvg(draw, size, inkOf(dark));
    const made = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [draw, size, dark]);
  return address;
}

type Row = LayerRow & { readonly index: number };

const columns: readonly Column<Row>[] = [
  { title: 'Layer', value: ({ index }) => index },
  { title: 'Name', value: ({ name: text }) => text, show: ({ name: text }) => name(text) },
  { title: 'Kind', value: ({ kind }) => kind, show: ({ kind }) => name(kind) },
  { title: 'Output', value: ({ shape }) => shape.join(' × ') },
  { title: 'Parameters', value: ({ params }) => params },
  { title: 'MACs', value: ({ macs }) => macs },
  {
    title: 'Reads',
    value: ({ inputs }) =>
      inputs.length === 0 ? 'input' : inputs.map((from) => (from < 0 ? 'input' : from)).join(', '),
  },
];

const Layers = ({ layers }: { readonly layers: readonly LayerRow[] }) => (
  <details>
    <summary>Layers as a table</summary>
    <Table
      caption="Layers"
      columns={columns}
      rows={layers.map((layer, index) => ({ ...layer, index }))}
      first={100}
    />
  </details>
);
