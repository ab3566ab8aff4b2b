/**
 * What a coordinator works with.
 */
import type { BlobStore } from '../blobs/blob-store.js';
import type { Announcement } from '../protocol/board-messages.js';
import type { Connection } from '../queue/connection.js';
import type { FleetEvent } from './events.js';
import type { FleetRecord } from './record.js';

export interface FleetPlan {
  readonly connection: Connection;
  readonly blobs: BlobStore;
  readonly record: FleetRecord;
  readonly announcement: Announcement;
  readonly report: (event: FleetEvent) => void;
}
