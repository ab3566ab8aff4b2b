/**
 * The package's exports, `import { … } from 'voxolve'`: what plug-ins import (authoring.ts), and the use cases that a program
 * calls (api).
 */
export * from './api/index.js';
export * from './authoring.js';
