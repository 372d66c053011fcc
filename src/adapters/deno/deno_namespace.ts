/**
 * The parts of the global `Deno` that the adapters use, as types, so that nobody needs Deno's.
 *
 * @module
 */
import { hostGlobals } from "../shared/host.ts";
import type { ByteReader } from "../shared/promise_pipe.ts";

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

/** Where one end of a connection through the file system is. */
export interface DenoUnixAddress {
  readonly transport: "unix";
  readonly path?: string | null;
}

/** A connection through the file system. */
export interface DenoUnixConn extends DenoConn {
  readonly localAddr: DenoUnixAddress;
  readonly remoteAddr: DenoUnixAddress | null;
}

/** A listener. */
export interface DenoListener<C extends DenoConn> {
  accept(): Promise<C>;
  close(): void;
}

/** A file. */
export interface DenoFile {
  read(buffer: Uint8Array): Promise<number | null>;
  write(chunk: Uint8Array): Promise<number>;
  close(): void;
}

/** A child process. A stream that is not piped must not be asked for. */
export interface DenoChild {
  readonly pid: number;
  readonly stdin: { getWriter(): DenoWriter };
  readonly stdout: { getReader(): ByteReader };
  readonly stderr: { getReader(): ByteReader };
  readonly status: Promise<{ readonly code: number; readonly signal: string | null }>;
  kill(signal: string): void;
  unref(): void;
}

/** Writes to the stdin of a child. */
export interface DenoWriter {
  readonly closed: Promise<unknown>;
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

/** Where a stream of a child leads. */
export type DenoStdio = "piped" | "null" | "inherit";

/** How to start a process. */
export interface DenoCommandOptions {
  readonly args: readonly string[];
  readonly stdin: DenoStdio;
  readonly stdout: DenoStdio;
  readonly stderr: DenoStdio;
  readonly detached: boolean;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly clearEnv?: boolean;
  readonly uid?: number;
  readonly gid?: number;
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
  | { readonly name: "run"; readonly command: string }
  | { readonly name: "env"; readonly variable: string }
  | { readonly name: "read" | "write"; readonly path?: string };

/** The global `Deno`. */
export interface DenoNamespace {
  connect(options: { readonly hostname: string; readonly port: number; readonly signal: AbortSignal }): Promise<DenoTcpConn>;
  connect(options: DenoUnixPlace): Promise<DenoConn>;
  listen(options: { readonly hostname: string; readonly port: number; readonly tcpBacklog: number }): DenoTcpListener;
  listen(options: DenoUnixPlace): DenoListener<DenoConn>;
  open(path: string, options: { readonly read?: boolean; readonly write?: boolean }): Promise<DenoFile>;
  readonly stdin: { readonly readable: { getReader(): ByteReader } };
  readonly Command: new (program: string, options: DenoCommandOptions) => { spawn(): DenoChild };
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
