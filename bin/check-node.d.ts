export function isSuitedNode(version: string): boolean;
export const nodeIsSuited: boolean;
