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

/** A stream connection. */
export interface DenoConn {
  read(buffer: Uint8Array): Promise<number | null>;
  write(chunk: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

/** A TCP connection. */
export interface DenoTcpConn extends DenoConn {
  readonly localAddr: DenoAddress;
  readonly remoteAddr: DenoAddress;
  setNoDelay(on: boolean): void;
  setKeepAlive(on: boolean): void;
}

/** A listener. */
export interface DenoListener<C extends DenoConn> {
  accept(): Promise<C>;
  close(): void;
}

/** A TCP listener. */
export interface DenoTcpListener extends DenoListener<DenoTcpConn> {
  readonly addr: DenoAddress;
}

/** Where a socket of the file system is. */
export interface DenoUnixPlace {
  readonly transport: "unix";
  readonly path: string;
}

/** What a permission is asked for. */
export type DenoPermission =
  | { readonly name: "net"; readonly host?: string }
  | { readonly name: "read" | "write"; readonly path: string };

/** The global `Deno`. */
export interface DenoNamespace {
  connect(options: { readonly hostname: string; readonly port: number; readonly signal: AbortSignal }): Promise<DenoTcpConn>;
  connect(options: DenoUnixPlace): Promise<DenoConn>;
  listen(options: { readonly hostname: string; readonly port: number; readonly tcpBacklog: number }): DenoTcpListener;
  listen(options: DenoUnixPlace): DenoListener<DenoConn>;
  readonly permissions: {
    querySync(permission: DenoPermission): { readonly state: string };
    requestSync(permission: DenoPermission): { readonly state: string };
  };
  readonly errors: { readonly NotCapable: new (message: string) => Error };
}

/** The global `Deno`, where there is one. */
export function denoNamespace(): DenoNamespace {
  return hostGlobals().Deno as DenoNamespace;
}
