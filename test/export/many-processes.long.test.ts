/**
 * Exported training code in several processes: they take the steps that one takes; so does a training that is killed and goes on.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { jigsaw3d } from '../../proxy-tasks/jigsaw3d.js';
import { proxyTasks } from '../../proxy-tasks/index.js';
import { finetune } from '../../src/api/finetune.js';
import { present } from '../../src/core/errors.js';
import { exportPytorch, writeFolder, type ExportedTask } from '../../src/export/index.js';
import type { Architecture } from '../../src/nn/architecture.js';
import { convBlock, convNormAct, sequence, withNorm, type Norm } from '../../src/nn/index.js';
import { writePhantoms } from '../../src/scans/phantoms/phantoms.js';
import { writeEncoder, writeScans } from '../support/outcomes.js';
import { hasModule, needsPython, python, runPython } from '../support/python.js';
import { temporaryFolder } from '../support/tiny.js';
import { randomContent } from './exports.js';

const small: Architecture = {
  name: 'small',
  inChannels: 1,
  encoder: sequence({
    stem: convNormAct(1, 4, 'silu', { kernel: [3, 3, 3], stride: [2, 2, 2] }),
    block: convBlock({
      inChannels: 4,
      outChannels: 16,
      kernel: [3, 3, 3],
      stride: [1, 1, 1],
      activation: 'silu',
      squeeze: 0.5,
    }),
  }),
  features: 16,
};

const jigsaw = { patch: 6, jitter: 1, gap: 0.2, permutations: 8, foreground: 0.3 };

/** Tasks of which two compare crops with each other. */
const mix = [
  { name: 'mae3d', options: { size: 12, foreground: 0 } },
  { name: 'vicreg3d', options: { size: 10, shift: 1, foreground: 0 } },
  { name: 'cpc3d', options: { grid: 2, patch: 5, jitter: 1, foreground: 0 } },
];

/**
 * Runs programs one after another as torchrun or `python` would, each process a fork of one that has loaded PyTorch. `die`
 * names the checkpoint before or after whose renaming the process is killed. Prints what each run said.
 */
const RUNS = `
import json, os, runpy, signal, socket, sys, tempfile
import torch

def begin(run, rank, out):
    os.dup2(out.fileno(), 1)
    os.dup2(out.fileno(), 2)
    program, *args = run["words"]
    if run["processes"] > 1:
        os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), MASTER_ADDR="127.0.0.1", **run["env"])
    if "die" in run:
        when, which = run["die"]
        replace, seen = os.replace, []
        def dying(a, b):
            seen.append(b)
            for now in ("before", "after"):
                if now == when and len(seen) == which:
                    os.kill(os.getpid(), signal.SIGKILL)
                if now == "before":
                    replace(a, b)
        os.replace = dying
    sys.argv = [program, *args]
    sys.path[0] = os.path.dirname(program)
    runpy.run_path(program, run_name="__main__")

told = []
for run in json.loads(sys.argv[1]):
    with socket.socket() as free, tempfile.TemporaryFile() as out:
        free.bind(("127.0.0.1", 0))
        count = str(run["processes"])
        run["env"] = {"MASTER_PORT": str(free.getsockname()[1]), "WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count}
        free.close()
        children = []
        for rank in range(run["processes"]):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    begin(run, rank, out)
                    code = 0
                except SystemExit as end:
                    if isinstance(end.code, str):
                        print(end.code)
                    code = 0 if end.code is None else end.code if isinstance(end.code, int) else 1
                except BaseException as error:
                    print(type(error).__name__, error)
                sys.stdout.flush()
                os._exit(code)
            children.append(child)
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        out.seek(0)
        told.append({"codes": codes, "printed": out.read().decode()})
print(json.dumps(told))
`;

interface Run {
  readonly words: readonly string[];
  readonly processes: number;
  readonly die?: readonly ['before' | 'after', number];
}

interface Told {
  readonly codes: readonly number[];
  readonly printed: string;
}

/**
 * The gradient of one training step of lightning.py, of a process's half of a batch, in what stands here for Lightning: its
 * strategy "ddp" wraps the module and averages gradients. Prints what the trainer is made with.
 */
const LIGHTNING = `
import sys, types
import torch

class Module(torch.nn.Module):
    device, global_step = "cpu", 1
    trainer = types.SimpleNamespace(max_steps=10)
    def log_dict(self, *named, **more):
        pass

class Named:
    def __init__(self, *words, **options):
        self.options = options

callbacks = types.SimpleNamespace(ModelCheckpoint=Named, EarlyStopping=Named)
standing = types.ModuleType("pytorch_lightning")
standing.LightningModule, standing.LightningDataModule = Module, Named
standing.Trainer, standing.callbacks = Named, callbacks
sys.modules["pytorch_lightning"] = sys.modules["lightning.pytorch"] = standing

folder, manifest, scans, output = sys.argv[1:]
sys.path.insert(0, folder)
sys.argv = ["lightning.py", manifest, "--devices", "2", "--nodes", "3", "--accumulate", "4", "--accelerator", "cpu"]
import lightning
from processes import count, join, leave, rank, share, together
from rows import Rows
from table import read_rows

join("cpu")
model = lightning.start(False)
own = lightning.LightningOutcome(model, "full", 0.1, 0.0)
own.on_train_epoch_start()
own.configure_optimizers()

class Step(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.own = own
    def forward(self, batch):
        return self.own.training_step(batch, 0)

rows = Rows(read_rows(manifest)[:8], __import__("pathlib").Path(scans), "middle")
items = share([rows[i] for i in range(8)], rank(), count())
step = together(Step(), "cpu")
step(torch.utils.data.default_collate(items)).backward()
if rank() == 0:
    made = lightning.trainer_of(lightning.parse_arguments()).options
    print({key: made[key] for key in ("strategy", "devices", "num_nodes", "accumulate_grad_batches", "sync_batchnorm")})
    torch.save({name: p.grad for name, p in model.named_parameters()}, output)
leave()
`;

/** Largest difference of the weights of two files. */
const DIFFERENCE = `
import json, sys, torch
def weights(path):
    content = torch.load(path)
    return content.get("weights", content)
found = {}
for name, (a, b) in json.loads(sys.argv[1]).items():
    one, other = weights(a), weights(b)
    assert set(one) == set(other)
    found[name] = max(float((one[k].double() - other[k].double()).abs().max()) for k in one)
print(json.dumps(found))
`;

const possible = hasModule('torch.distributed') && hasModule('nibabel');

describe.skipIf(!possible)(`exported training code in several processes ${needsPython} with torch`, () => {
  const root = temporaryFolder();
  const scans = join(root, 'scans');
  const folderOf = (name: string): string => join(root, name);
  const output = (name: string): string => join(root, 'out', name);
  const told = new Map<string, Told>();
  let differences: Readonly<Record<string, number>> = {};

  const sgd = ['--optimiser', 'sgd', '--learning-rate', '0.005', '--steps', '50', '--report-every', '50'];
  const pretrain = (folder: string, name: string, processes: number, ...more: string[]): Run => ({
    words: [
      ...[join(folderOf(folder), 'pretrain.py'), scans, '--device', 'cpu', '--batch', '4'],
      ...['--output', output(name), ...more],
    ],
    processes,
  });
  const labelled = join(root, 'labelled');
  let manifest = '';
  const tune = (name: string, processes: number, ...more: string[]): Run => ({
    words: [
      ...[join(root, 'run', 'model', 'finetune.py'), manifest, '--scans', labelled, '--device', 'cpu'],
      ...['--output', `${output(name)}.pt`, '--steps', '12', '--optimiser', 'sgd', ...more],
    ],
    processes,
  });

  const step = join(root, 'step.py');
  const lightning = (name: string, processes: number): Run => ({
    words: [step, join(root, 'run', 'model'), manifest, labelled, `${output(name)}.pt`],
    processes,
  });

  const runs = (): Readonly<Record<string, Run>> => {
    const kept = ['--checkpoint-every', '20'];
    return {
      one: pretrain('group', 'one', 1, ...sgd),
      parts: pretrain('group', 'parts', 1, ...sgd, '--accumulate', '4'),
      'two in parts': pretrain('group', 'two-parts', 2, ...sgd, '--accumulate', '2'),
      killed: { ...pretrain('group', 'killed', 1, ...sgd, ...kept), die: ['before', 2] },
      'goes on': pretrain('group', 'killed', 1, ...sgd, ...kept),
      'other options': pretrain('group', 'killed', 1, ...sgd, ...kept, '--seed', '1'),
      mix: pretrain('mix', 'mix', 1, ...sgd, '--steps', '10'),
      'mix, two': pretrain('mix', 'mix-two', 2, ...sgd, '--steps', '10'),
      batch: pretrain('batch', 'batch', 1, ...sgd, '--steps', '5'),
      'batch, two': pretrain('batch', 'batch-two', 2, ...sgd, '--steps', '5'),
      bfloat16: pretrain('group', 'bfloat16', 1, ...sgd, '--steps', '2', '--precision', 'bfloat16'),
      uneven: pretrain('group', 'uneven', 3),
      lightning: lightning('lightning', 1),
      'lightning, two': lightning('lightning-two', 2),
      tune: tune('tune', 1),
      'tune, two': tune('tune-two', 2),
      'tune killed': { ...tune('tune-killed', 2, '--checkpoint-every', '5'), die: ['after', 1] },
      'tune goes on': tune('tune-killed', 1, '--checkpoint-every', '5'),
    };
  };

  beforeAll(async () => {
    mkdirSync(scans);
    await writePhantoms(scans, { patients: 4, size: 24, seed: 1 });
    const write = async (name: string, norm: Norm, task: ExportedTask): Promise<void> => {
      const content = await randomContent(withNorm(small, norm), [2, 1, 6, 6, 6], task);
      await writeFolder(folderOf(name), exportPytorch(content));
    };
    const plan = jigsaw3d.plan(jigsaw3d.options.parse(jigsaw), { channels: 1, batch: 4 });
    const source = present(plan.pytorch?.(), 'source');
    await write('group', 'group', { name: 'jigsaw3d', options: jigsaw, source });
    await write('batch', 'batch', { name: 'jigsaw3d', options: jigsaw, source });
    const multi = present(proxyTasks['multi'], 'multi');
    const mixed = multi.plan(multi.options.parse({ tasks: mix }), { channels: 1, batch: 4 });
    await write('mix', 'group', { name: 'multi', options: {}, source: present(mixed.pytorch?.(), 'source') });

    manifest = writeScans(labelled, 12, (row) => (row < 8 ? '' : 'validation'));
    writeEncoder(join(root, 'encoder'));
    const training = { steps: 2, batch: 4, evaluateEvery: 6 };
    const task = { name: 'classes', head: 'classes', encoder: { train: 'full' }, training };
    const asked = { task, encoder: join(root, 'encoder'), scans: labelled, manifest };
    await finetune({ ...asked, output: join(root, 'run'), workers: 1 });

    writeFileSync(step, LIGHTNING);
    const entries = Object.entries(runs());
    const found = JSON.parse(runPython(RUNS, [JSON.stringify(entries.map(([, run]) => run))])) as Told[];
    entries.forEach(([name], i) => told.set(name, present(found[i], name)));

    // PyTorch's own launcher once; with Python 3.11 that of PyTorch 1.13 needs its streams named.
    const launched = [
      '-m',
      'torch.distributed.run',
      '--standalone',
      '--nproc_per_node',
      '2',
      '-r',
      '1',
      '-t',
      '1',
    ];
    const printed = execFileSync(
      present(python, 'python'),
      [...launched, ...pretrain('group', 'torchrun', 2, ...sgd).words],
      {
        cwd: root,
        env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
        encoding: 'utf8',
        stdio: 'pipe',
        timeout: 60_000,
      },
    );
    told.set('torchrun', { codes: [0], printed });

    const weights = (name: string): string => join(output(name), 'encoder.pt');
    const pairs = {
      torchrun: [weights('one'), weights('torchrun')],
      parts: [weights('one'), weights('parts')],
      'two in parts': [weights('one'), weights('two-parts')],
      'goes on': [weights('one'), weights('killed')],
      mix: [weights('mix'), weights('mix-two')],
      batch: [weights('batch'), weights('batch-two')],
      lightning: [`${output('lightning')}.pt`, `${output('lightning-two')}.pt`],
      tune: [`${output('tune')}.pt`, `${output('tune-two')}.pt`],
      'tune goes on': [`${output('tune')}.pt`, `${output('tune-killed')}.pt`],
    };
    differences = JSON.parse(runPython(DIFFERENCE, [JSON.stringify(pairs)])) as typeof differences;
  }, 120_000);

  const said = (name: string): string => present(told.get(name), name).printed;
  const codes = (name: string): readonly number[] => present(told.get(name), name).codes;

  it('takes the same 50 steps in two processes of torchrun as in one, within 1e-6', () => {
    expect(said('torchrun')).toMatch(/^\[default0\]:step 50\/50: loss \d/m);
    expect(said('torchrun')).not.toContain('[default1]');
    expect(differences['torchrun']).toBeLessThan(1e-6);
  });

  it('takes them in parts of a batch too, in one process and in two', () => {
    expect(differences['parts']).toBeLessThan(1e-6);
    expect(differences['two in parts']).toBeLessThan(1e-6);
  });

  it('takes them for tasks that compare crops with those of other processes', () => {
    expect(codes('mix, two')).toEqual([0, 0]);
    expect(differences['mix']).toBeLessThan(1e-6);
  });

  it('is undisturbed where it is killed while it replaces a checkpoint, and goes on', () => {
    expect(codes('killed')).toEqual([-9]);
    expect(said('killed')).not.toContain('step 50');
    expect(said('goes on')).toContain('goes on after step 20\nstep 50/50');
    expect(differences['goes on']).toBe(0);
  });

  it('goes on with no checkpoint of other options', () => {
    expect(codes('other options')).toEqual([1]);
    expect(said('other options')).toContain(
      'checkpoint.pt is of a training with seed 0, not 1; name another --output, or remove it\n',
    );
  });

  it('says that batch norm is not the same on CPUs, which it is not', () => {
    expect(said('batch, two')).toMatch(/^batch norm takes statistics of each process's share on CPUs: /m);
    expect(differences['batch']).toBeGreaterThan(1e-4);
    expect(said('two in parts')).not.toContain('batch norm');
  });

  it('says in one line that a batch does not divide, and that a precision is not there', () => {
    expect(codes('uneven')).toEqual([1, 1, 1]);
    expect(said('uneven')).toBe('pretrain.py: --batch 4: for 3 processes it must be a multiple of 3\n');
    if (codes('bfloat16')[0] === 0) expect(said('bfloat16')).toMatch(/step 2\/2: loss \d/);
    else
      expect(said('bfloat16')).toMatch(/\npretrain.py: --precision bfloat16: on CPUs it needs PyTorch 2\n$/);
  });

  it('fine-tunes in two processes as in one, also when it goes on in another number of them', () => {
    expect(codes('tune, two')).toEqual([0, 0]);
    expect(said('tune, two')).toBe(said('tune').replace('tune.pt', 'tune-two.pt'));
    expect(differences['tune']).toBeLessThan(1e-6);
    expect(codes('tune killed')[0]).toBe(-9);
    expect(said('tune goes on')).toContain('goes on after step 5\n');
    expect(differences['tune goes on']).toBeLessThan(1e-6);
  });

  const hasLightning = hasModule('pytorch_lightning') || hasModule('lightning.pytorch');
  it.skipIf(!hasLightning)(
    "trains under Lightning's own ddp in two processes as in one, within 1e-6 (needs VOXOLVE_PYTHON with Lightning)",
    { timeout: 120_000 },
    async () => {
      const training = { steps: 6, batch: 8, evaluateEvery: 6, optimiser: 'sgd' };
      const input = { augment: false };
      const task = { name: 'plain', head: 'classes', encoder: { train: 'full' }, training, input };
      const asked = { task, encoder: join(root, 'encoder'), scans: labelled, manifest };
      await finetune({ ...asked, output: join(root, 'plain'), workers: 1 });
      // Every row in every step: which of two devices has which is drawn.
      const train = (name: string, devices: string, batch: string): string => {
        const folder = join(root, name);
        const words = ['--scans', labelled, '--output', folder, '--steps', '6', '--accelerator', 'cpu'];
        const own = ['lightning.py', manifest, ...words, '--devices', devices, '--batch', batch];
        execFileSync(present(python, 'python'), own, {
          cwd: join(root, 'plain', 'model'),
          env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
          stdio: 'pipe',
        });
        return join(folder, 'outcome.pt');
      };
      const read = `import sys, torch
a, b = (torch.load(path, weights_only=False)["weights"] for path in sys.argv[1:3])
print(max(float((a[n] - b[n]).abs().max()) for n in a), sum(v.numel() for v in a.values()))`;
      const [apart, count] = runPython(read, [train('l1', '1', '8'), train('l2', '2', '4')])
        .trim()
        .split(' ');
      expect(Number(count)).toBeGreaterThan(100);
      expect(Number(apart)).toBeLessThan(1e-6);
    },
  );

  it('gives Lightning on two devices the gradient of the whole batch, and a trainer with ddp', () => {
    expect(said('lightning, two')).toBe(
      "{'strategy': 'ddp', 'devices': 2, 'num_nodes': 3, 'accumulate_grad_batches': 4, 'sync_batchnorm': False}\n",
    );
    expect(codes('lightning, two')).toEqual([0, 0]);
    expect(differences['lightning']).toBeLessThan(1e-6);
  });
});
