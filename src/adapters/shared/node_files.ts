/**
 * FileDriver over node:fs, for Node, Bun and Deno.
 *
 * @module
 */
import type { FileDriver, FileHandle, FilePlace } from "../../runtime/file_driver.ts";
import type { Abandon, Outcome } from "../../runtime/net_driver.ts";
import { toOSError } from "./error_map.ts";
import { getBuiltin } from "./host.ts";

/** The part of node:fs that is used here. */
interface NodeFileModule {
  open(path: string, flags: "r", done: (error: unknown, fd: number) => void): void;
  read(
    fd: number,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
    done: (error: unknown, count: number) => void,
  ): void;
  close(fd: number, done: (error: unknown) => void): void;
}

/** Throws a PermissionError unless the program may read the file. */
export type ReadPermissionCheck = (action: string, path: string) => void;

/** The driver. On Deno `check` asks for permissions, so that what is wrong is told at the call. */
export function nodeFiles(check: ReadPermissionCheck = () => {}): FileDriver {
  return {
    open(file: FilePlace, outcome: Outcome<FileHandle>): Abandon {
      const fs = getBuiltin<NodeFileModule>("node:fs");
      const path = "path" in file ? file.path : getBuiltin<{ fileURLToPath(url: string): string }>("node:url").fileURLToPath(file.url);
      const action = `open ${path}`;
      check(action, path);
      let over = false;
      fs.open(path, "r", (error, fd) => {
        if (over) {
          if (!error) new NodeFileHandle(fs, fd, path).close();
          return;
        }
        over = true;
        if (error) outcome(toOSError(error, action, { path }), null);
        else outcome(null, new NodeFileHandle(fs, fd, path));
      });
      return () => {
        over = true;
      };
    },
  };
}

class NodeFileHandle implements FileHandle {
  readonly #fs: NodeFileModule;
  readonly #fd: number;
  readonly #path: string;
  #reads = 0;
  #closed = false;

  constructor(fs: NodeFileModule, fd: number, path: string) {
    this.#fs = fs;
    this.#fd = fd;
    this.#path = path;
  }

  read(position: number, size: number, outcome: Outcome<Uint8Array>): void {
    const buffer = new Uint8Array(size);
    this.#reads++;
    this.#fs.read(this.#fd, buffer, 0, size, position, (error, count) => {
      this.#reads--;
      if (this.#closed) this.#closeIfIdle();
      else if (error) outcome(toOSError(error, `read ${this.#path}`, { path: this.#path }), null);
      else outcome(null, buffer.subarray(0, count));
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeIfIdle();
  }

  #closeIfIdle(): void {
    if (this.#reads === 0) this.#fs.close(this.#fd, () => {});
  }
}
