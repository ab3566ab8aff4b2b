import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** As written: comments and blank lines count. What must be longer says why, where it is excepted. */
const size = {
  'max-lines-per-function': ['error', { max: 80 }],
  'max-params': ['error', { max: 5 }],
};

export default tseslint.config(
  { ignores: ['dist/', 'runs/', 'coverage/', 'src/**/proto/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      ...size,
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'Draw from a generator that is handed in (src/core/random.ts).',
        },
      ],
    },
  },
  {
    // Suites are functions as long as what they say.
    files: ['test/**/*.test.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.{js,mjs}'],
    rules: size,
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        AbortController: 'readonly',
      },
    },
  },
);
