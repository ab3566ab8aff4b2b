/** The package's exports: `import { … } from 'voxolve'`. */
export * from './authoring.js';
