/**
 * Modules that a source file names, in the order in which it names them.
 *
 * jiti compiles a user's files with Babel; a plug-in of Babel reads the same syntax tree, so TypeScript, ES modules and
 * CommonJS are understood as they are when they run, and imports of types alone are gone already.
 */
import type { Jiti } from 'jiti';

interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly source?: Node | null;
  readonly callee?: Node;
  readonly object?: Node;
  readonly property?: Node;
  readonly expression?: Node;
  readonly init?: Node | null;
  readonly arguments?: readonly Node[];
  readonly quasis?: readonly { readonly value: { readonly cooked?: string | null } }[];
  readonly expressions?: readonly Node[];
}

interface Path {
  readonly node: Node;
  readonly scope: { getBinding(name: string): { readonly path: { readonly node: Node } } | undefined };
  traverse(visitor: Readonly<Record<string, (path: Path) => void>>): void;
}

/**
 * Specifiers of `import`, `export … from`, `import()`, `require` (also one made by `createRequire`), `require.resolve` and
 * `new URL('./file', import.meta.url)`; those that are computed cannot be known. Empty where the source has a mistake.
 */
export function importsOf(jiti: Jiti, source: string, filename: string): readonly string[] {
  const found = new Set<string>();
  const add = (node: Node | null | undefined): void => {
    const text = textOf(node);
    if (text !== undefined) found.add(text);
  };
  const collector = () => ({
    visitor: {
      Program: (program: Path) =>
        program.traverse({
          ImportDeclaration: ({ node }) => add(node.source),
          ExportNamedDeclaration: ({ node }) => add(node.source),
          ExportAllDeclaration: ({ node }) => add(node.source),
          ImportExpression: ({ node }) => add(node.source),
          TSExternalModuleReference: ({ node }) => add(node.expression),
          CallExpression: (path) => {
            if (loads(path)) add(path.node.arguments?.[0]);
          },
          NewExpression: ({ node }) => {
            const [file, base] = node.arguments ?? [];
            if (node.callee?.name === 'URL' && base !== undefined && isRelative(textOf(file))) add(file);
          },
        }),
    },
  });
  jiti.transform({ source, filename, ts: /\.[cm]?tsx?$/.test(filename), babel: { plugins: [collector] } });
  return [...found];
}

function isRelative(text: string | undefined): boolean {
  return text !== undefined && /^\.{1,2}\//.test(text);
}

/** True if a call is `import(…)`, `require(…)` by whatever name, or `require.resolve(…)`. */
function loads({ node: { callee }, scope }: Path): boolean {
  if (callee === undefined) return false;
  if (callee.type === 'Import') return true;
  if (callee.type === 'MemberExpression') {
    return callee.object?.name === 'require' && callee.property?.name === 'resolve';
  }
  if (callee.name === 'require') return true;
  const made = callee.name === undefined ? undefined : scope.getBinding(callee.name)?.path.node.init?.callee;
  return made?.name === 'createRequire' || made?.property?.name === 'createRequire';
}

/** The text of a literal, also of a template without expressions. */
function textOf(node: Node | null | undefined): string | undefined {
  if (typeof node?.value === 'string') return node.value;
  if (node?.type !== 'TemplateLiteral' || node.expressions?.length !== 0) return undefined;
  return node.quasis?.[0]?.value.cooked ?? undefined;
}
