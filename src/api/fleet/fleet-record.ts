/**
 * The record of a fleet in a search's database.
 */
import type { FleetRecord } from '../../fleet/coordinator/record.js';
import {
  classOfFleet,
  committedEvaluation,
  fleetOf,
  setFleetClass,
  setSeenWorkers,
  type Store,
} from '../../store/index.js';

export function fleetRecord(store: Store, experiment: number): FleetRecord {
  return {
    search: fleetOf(store, experiment),
    get class() {
      return classOfFleet(store, experiment);
    },
    setClass: (name) => setFleetClass(store, experiment, name),
    committed: (key) => committedEvaluation(store, experiment, key),
    workersAre: (workers) => setSeenWorkers(store, experiment, workers),
  };
}
