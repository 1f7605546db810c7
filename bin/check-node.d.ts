export function isSuitedNode(version: string): boolean;
export function bundledNode(): string | null;
export function onSuitedNode(file: string, args: readonly string[], run: () => void): void;
