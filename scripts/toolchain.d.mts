/** The types of `toolchain.mjs`, which is JavaScript because Node 20 runs it; its comments are there. */

export interface Failure {
  readonly name: string;
  readonly version: string;
  readonly reason: string;
}

export const toolNames: readonly string[];
export function toolPath(name: string): string;
export function installTools(names?: readonly string[]): Promise<readonly Failure[]>;
export function describeFailure(failure: Failure): string;
