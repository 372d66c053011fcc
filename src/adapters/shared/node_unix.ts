/**
 * UnixDriver over node:net, for Node and Bun.
 *
 * Differences that cannot be hidden: Node 20 fills abstract names up with NULs, so that nobody else finds them; they are refused there.
 *
 * @module
 */
import { pathText } from "../../_internal/path_text.ts";
import type { Abandon, AcceptError, ListenerHandle, Outcome, SocketHandle } from "../../runtime/net_driver.ts";
import type { PathEntry, UnixDriver, UnixListenOptions } from "../../runtime/unix_driver.ts";
import { toOSError } from "./error_map.ts";
import { getBuiltin, hostGlobals, nodeMajor } from "./host.ts";
import { connectSocket, type DirectReads } from "./node_direct_reads.ts";
import { dial, type ListenerTerms, serve } from "./node_net.ts";
import type { NodeNetModule, NodeSocket } from "./node_modules.ts";
import { NodeSocketHandle } from "./node_socket.ts";
import { isAbstract, longestSocketPath, look, publish, remove, temporaryPath } from "./unix_files.ts";

/** The driver; undefined where the system has no such sockets. `reads`: the memory, where outgoing connections read into memory of ours. */
export function nodeUnix(reads: DirectReads | null = null): UnixDriver | undefined {
  return hasUnixSockets() ? new NodeUnix(reads) : undefined;
}

/** Node's paths of Windows are pipes of another kind. */
export function hasUnixSockets(): boolean {
  return hostGlobals().process?.platform !== "win32";
}

class NodeUnix implements UnixDriver {
  readonly longestPath: number = longestSocketPath();
  readonly abstractNames: boolean = hostGlobals().process?.platform === "linux" && nodeMajor() >= 22;
  readonly #reads: DirectReads | null;

  constructor(reads: DirectReads | null) {
    this.#reads = reads;
  }

  connect(path: string, outcome: Outcome<SocketHandle>): Abandon {
    const { socket, reader } = connectSocket({ path, allowHalfOpen: true }, this.#reads);
    const ends = { local: { path: "" }, remote: { path } };
    const handle = (socket: NodeSocket) => new NodeSocketHandle(socket, { ends, reader });
    return dial(socket, { action: `connect to ${pathText(path)}`, place: { path }, handle }, outcome);
  }

  listen(
    { path, backlog, mode }: UnixListenOptions,
    onConnection: (socket: SocketHandle) => void,
    outcome: Outcome<ListenerHandle>,
    onError?: AcceptError,
  ): Abandon {
    const action = `listen on ${pathText(path)}`;
    const place = { path };
    let bound = path;
    try {
      if (!isAbstract(path)) bound = temporaryPath(path);
    } catch (error) {
      return tellLater(() => outcome(toOSError(error, action, place), null));
    }
    const server = getBuiltin<NodeNetModule>("node:net").createServer({ allowHalfOpen: true });
    const terms: ListenerTerms = {
      action,
      place,
      handle: (socket) => new NodeSocketHandle(socket, { ends: { local: { path }, remote: { path: "" } } }),
      endpoint() {
        if (bound !== path) publish(bound, path, mode);
        return { path };
      },
    };
    const abandon = serve(server, terms, { onConnection, outcome, onError });
    server.listen({ path: bound, backlog });
    return abandon;
  }

  look(path: string): PathEntry | null {
    return look(path);
  }

  remove(path: string): void {
    remove(path);
  }
}

/** Calls back in a microtask, unless it is abandoned first. */
export function tellLater(tell: () => void): Abandon {
  let over = false;
  queueMicrotask(() => {
    if (!over) tell();
  });
  return () => {
    over = true;
  };
}
