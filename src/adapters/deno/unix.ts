/**
 * UnixDriver of Deno, over `Deno.connect` and `Deno.listen`.
 *
 * Differences that cannot be hidden: a backlog is always Deno's own. Listening needs permission to read and write the folder, and net access that is
 * not limited to some hosts.
 *
 * @module
 */
import { pathText } from "../../_internal/path_text.ts";
import type { Abandon, AcceptError, ListenerHandle, Outcome, SocketHandle } from "../../runtime/net_driver.ts";
import type { PathEntry, UnixDriver, UnixListenOptions } from "../../runtime/unix_driver.ts";
import { toOSError } from "../shared/error_map.ts";
import { hostGlobals } from "../shared/host.ts";
import { hasUnixSockets } from "../shared/node_unix.ts";
import { isAbstract, longestSocketPath, look, publish, remove, temporaryPath } from "../shared/unix_files.ts";
import { type DenoConn, type DenoListener, denoNamespace } from "./deno_namespace.ts";
import { Closings, DenoListenerHandle } from "./net.ts";
import { checkUnixListenPermission, checkUnixPermission } from "./permissions.ts";
import { DenoSocketHandle } from "./socket.ts";

/** The driver; undefined where the system has no such sockets. */
export function denoUnix(): UnixDriver | undefined {
  return hasUnixSockets() ? new DenoUnix() : undefined;
}

class DenoUnix implements UnixDriver {
  readonly longestPath: number = longestSocketPath();
  readonly abstractNames: boolean = hostGlobals().process?.platform === "linux";
  readonly #closings = new Closings();

  connect(path: string, outcome: Outcome<SocketHandle>): Abandon {
    const action = `connect to ${pathText(path)}`;
    checkUnixPermission(action, path);
    let over = false;
    const onConn = (conn: DenoConn): void => {
      if (over) return conn.close();
      over = true;
      outcome(null, new DenoSocketHandle(conn, { path: "" }, { path }));
    };
    const onError = (error: unknown): void => {
      if (over) return;
      over = true;
      outcome(toOSError(error, action, { path }), null);
    };
    this.#closings.whenNone(() => {
      if (!over) denoNamespace().connect({ transport: "unix", path }).then(onConn, onError);
    });
    return () => {
      over = true; // Deno connects at once or not at all
    };
  }

  listen(
    { path, mode }: UnixListenOptions,
    onConnection: (socket: SocketHandle) => void,
    outcome: Outcome<ListenerHandle>,
    onError?: AcceptError,
  ): Abandon {
    const action = `listen on ${pathText(path)}`;
    checkUnixListenPermission(action, path);
    let over = false;
    const onConn = (conn: DenoConn): void => onConnection(new DenoSocketHandle(conn, { path }, { path: "" }));
    const listen = (): void => {
      if (over) return;
      over = true;
      let listener: DenoListener<DenoConn>;
      try {
        listener = bind(path, mode);
      } catch (error) {
        return outcome(toOSError(error, action, { path }), null);
      }
      const handle = new DenoListenerHandle(listener, { path }, onConn, onError, this.#closings);
      outcome(null, handle);
      handle.accept();
    };
    this.#closings.whenNone(() => queueMicrotask(listen));
    return () => {
      over = true;
    };
  }

  look(path: string): PathEntry | null {
    checkUnixListenPermission(`look at ${pathText(path)}`, path);
    return look(path);
  }

  remove(path: string): void {
    checkUnixListenPermission(`remove ${pathText(path)}`, path);
    remove(path);
  }
}

/** The listener, at the path that was asked for. @throws the host's error. */
function bind(path: string, mode: number | undefined): DenoListener<DenoConn> {
  if (isAbstract(path)) return denoNamespace().listen({ transport: "unix", path });
  const temporary = temporaryPath(path);
  const listener = denoNamespace().listen({ transport: "unix", path: temporary });
  try {
    publish(temporary, path, mode);
  } catch (error) {
    listener.close();
    throw error;
  }
  return listener;
}
