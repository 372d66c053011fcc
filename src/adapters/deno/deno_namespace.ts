/**
 * The parts of the global `Deno` that the adapters use, as types, so that nobody needs Deno's.
 *
 * @module
 */
import { hostGlobals } from "../shared/host.ts";

/** An address as Deno tells it. */
export interface DenoAddress {
  readonly hostname: string;
  readonly port: number;
}

/** A TCP connection. */
export interface DenoConn {
  readonly localAddr: DenoAddress;
  readonly remoteAddr: DenoAddress;
  read(buffer: Uint8Array): Promise<number | null>;
  write(chunk: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  setNoDelay(on: boolean): void;
}

/** A TCP listener. */
export interface DenoListener {
  readonly addr: DenoAddress;
  accept(): Promise<DenoConn>;
  close(): void;
}

/** What a permission is asked for. */
export interface NetPermission {
  readonly name: "net";
  readonly host?: string;
}

/** The global `Deno`. */
export interface DenoNamespace {
  connect(options: { readonly hostname: string; readonly port: number; readonly signal: AbortSignal }): Promise<DenoConn>;
  listen(options: { readonly hostname: string; readonly port: number; readonly tcpBacklog: number }): DenoListener;
  readonly permissions: {
    querySync(permission: NetPermission): { readonly state: string };
    requestSync(permission: NetPermission): { readonly state: string };
  };
  readonly errors: { readonly NotCapable: new (message: string) => Error };
}

/** The global `Deno`, where there is one. */
export function denoNamespace(): DenoNamespace {
  return hostGlobals().Deno as DenoNamespace;
}
