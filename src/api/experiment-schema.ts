/** The JSON schema of experiment files, with the options of tasks and strategies. */
export { experimentJsonSchema } from '../experiment/json-schema.js';
