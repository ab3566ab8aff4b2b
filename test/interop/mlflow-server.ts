/**
 * A tracking server of MLflow that keeps what it got and enforces the documented limits (https://mlflow.org/docs/latest/rest-api.html).
 * Like MLflow's file store it appends every metric that it is told, so that what is sent twice is there twice.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';

export interface StubMetric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

export interface StubRun {
  readonly id: string;
  readonly experiment: string;
  status: string;
  readonly name: string;
  readonly tags: Map<string, string>;
  readonly params: Map<string, string>;
  readonly metrics: StubMetric[];
}

interface Pair {
  readonly key: string;
  readonly value: string;
}
type Body = Record<string, unknown>;

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** `before`: the call fails before anything is done; `halfway`: after half of its metrics, or after all it asked for. */
export type Trouble = (path: string, count: number) => 'before' | 'halfway' | undefined;

export class MlflowStub {
  readonly runs: StubRun[] = [];
  readonly experiments = new Map<string, string>();
  readonly calls: string[] = [];
  readonly authorizations = new Set<string>();
  trouble: Trouble = () => undefined;
  private server: Server | undefined;

  /** Listens on loopback; returns its address. */
  async start(): Promise<string> {
    const server = createServer((request, response) => {
      void this.handled(request).then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    this.server = server;
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((closed) => this.server?.close(closed));
  }

  private async handled(request: IncomingMessage): Promise<[number, unknown]> {
    const url = new URL(request.url ?? '', 'http://stub');
    const path = url.pathname.replace('/api/2.0/mlflow/', '');
    this.calls.push(path);
    this.authorizations.add(request.headers.authorization ?? '');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const trouble = this.trouble(path, this.calls.filter((call) => call === path).length);
    try {
      if (text.length > 1e6) throw new Refused(413, 'REQUEST_LIMIT_EXCEEDED', 'more than 1 MB');
      if (trouble === 'before') throw new Refused(503, 'TEMPORARILY_UNAVAILABLE', 'busy');
      const body: Body =
        request.method === 'GET' ? Object.fromEntries(url.searchParams) : (JSON.parse(text) as Body);
      const answer = this.answer(path, body, trouble === 'halfway');
      if (trouble === 'halfway') throw new Refused(500, 'INTERNAL_ERROR', 'lost');
      return [200, answer];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return [error.status, { error_code: error.code, message: error.message }];
    }
  }

  private answer(path: string, body: Body, half: boolean): unknown {
    switch (path) {
      case 'experiments/get-by-name':
        return this.experiment(String(body['experiment_name']));
      case 'experiments/create':
        return this.createExperiment(String(body['name']));
      case 'runs/search':
        return this.search(body);
      case 'runs/create':
        return this.createRun(body);
      case 'runs/update':
        this.run(body).status = String(body['status']);
        return {};
      case 'runs/log-batch':
        return this.logBatch(body, half);
      case 'metrics/get-history':
        return this.history(body);
      default:
        throw new Refused(404, 'ENDPOINT_NOT_FOUND', path);
    }
  }

  private experiment(name: string): unknown {
    const id = this.experiments.get(name);
    if (id === undefined) throw new Refused(404, 'RESOURCE_DOES_NOT_EXIST', `no experiment ${name}`);
    return { experiment: { experiment_id: id, name, lifecycle_stage: 'active' } };
  }

  private createExperiment(name: string): unknown {
    if (this.experiments.has(name)) throw new Refused(400, 'RESOURCE_ALREADY_EXISTS', name);
    this.experiments.set(name, String(this.experiments.size + 1));
    return { experiment_id: this.experiments.get(name) };
  }

  private run(body: Body): StubRun {
    const found = this.runs.find(({ id }) => id === body['run_id']);
    if (found === undefined) throw new Refused(404, 'RESOURCE_DOES_NOT_EXIST', 'no run');
    return found;
  }

  /** Pages of three. */
  private search(body: Body): unknown {
    const [, tag = '', value] = /^tags\.(\w+) = '([^']*)'$/.exec(String(body['filter'])) ?? [];
    const experiments = body['experiment_ids'] as string[];
    const found = this.runs.filter(
      (run) => experiments.includes(run.experiment) && run.tags.get(tag) === value,
    );
    const from = Number(body['page_token'] ?? 0);
    return {
      runs: found.slice(from, from + 3).map((run) => ({
        info: { run_id: run.id, status: run.status },
        data: { tags: [...run.tags].map(([key, one]) => ({ key, value: one })) },
      })),
      ...(from + 3 < found.length ? { next_page_token: String(from + 3) } : {}),
    };
  }

  private createRun(body: Body): unknown {
    const id = `run-${this.runs.length + 1}`;
    const tags = new Map(
      (body['tags'] as Pair[]).map(({ key, value }) => [checkedKey(key), checked(value, 5000)]),
    );
    const [experiment, name] = [String(body['experiment_id']), String(body['run_name'])];
    this.runs.push({ id, experiment, name, tags, status: 'RUNNING', params: new Map(), metrics: [] });
    return { run: { info: { run_id: id }, data: {} } };
  }

  private logBatch(body: Body, half: boolean): unknown {
    const run = this.run(body);
    const metrics = (body['metrics'] ?? []) as StubMetric[];
    const [params, tags] = [(body['params'] ?? []) as Pair[], (body['tags'] ?? []) as Pair[]];
    if (metrics.length > 1000 || params.length > 100 || tags.length > 100)
      throw new Refused(400, 'INVALID_PARAMETER_VALUE', 'too much in one batch');
    for (const { key, value } of params) {
      const before = run.params.get(checkedKey(key));
      if (before !== undefined && before !== value)
        throw new Refused(400, 'INVALID_PARAMETER_VALUE', `param ${key} is changed`);
      run.params.set(key, checked(value, 500));
    }
    for (const { key, value } of tags) run.tags.set(checkedKey(key), checked(value, 5000));
    for (const metric of half ? metrics.slice(0, metrics.length / 2) : metrics) {
      checkedKey(metric.key);
      if (!Number.isInteger(metric.step) || !Number.isInteger(metric.timestamp))
        throw new Refused(400, 'INVALID_PARAMETER_VALUE', 'not an integer');
      if (!Number.isFinite(metric.value)) throw new Refused(400, 'INVALID_PARAMETER_VALUE', 'not a number');
      run.metrics.push(metric);
    }
    return {};
  }

  private history(body: Body): unknown {
    return { metrics: this.run(body).metrics.filter(({ key }) => key === body['metric_key']) };
  }
}

function checkedKey(key: string): string {
  const bad =
    key.length > 250 ||
    !/^[\w\-. /]+$/.test(key) ||
    posix.normalize(key) !== key ||
    /^(\/|\.\.?(\/|$))/.test(key);
  if (bad) throw new Refused(400, 'INVALID_PARAMETER_VALUE', `the name ${key}`);
  return key;
}

function checked(value: string, bytes: number): string {
  if (Buffer.byteLength(value) > bytes) throw new Refused(400, 'INVALID_PARAMETER_VALUE', 'too long');
  return value;
}
