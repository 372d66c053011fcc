/**
 * What the conformance suites check: whatever makes connections.
 *
 * @module
 */
import { type Awaitable, awaitable, type Body, type CoroutineGenerator, Future, runBody } from "../../core/mod.ts";
import { type EventLoop, getRunningLoop } from "../../event_loop.ts";
import type { DatagramOptions } from "../../net/datagram_endpoint.ts";
import type { DatagramProtocol, Protocol } from "../../net/protocols.ts";
import type { Server } from "../../net/server.ts";
import type { SslContext } from "../../net/ssl_context.ts";
import type { DatagramTransport, Transport } from "../../net/transports.ts";

/** Makes the protocol of one connection. */
export type ProtocolFactory = () => Protocol;

/** A server, and how its clients find it. */
export interface Listening {
  /** The server, serving. */
  readonly server: Server;
  /** Connects to it; gives the transport of the client once the protocol's `connectionMade` was called. */
  connect(protocolFactory: ProtocolFactory): Body<Transport>;
}

/** A file for the rules of `sendfile`: of 100,000 bytes at the least, in which nothing repeats soon. */
export interface SampleFile {
  /** Where it is. */
  readonly path: string | URL;
  /** What is in it. */
  readonly bytes: Uint8Array;
}

/** Makes connections of some kind. Both functions are called inside a loop, and either is enough. */
export interface ConnectionMaker {
  /** Listens at a place that nobody uses, port 0 for one. With it the rules of servers are checked too. */
  listen?(protocolFactory: ProtocolFactory): Body<Listening>;
  /** The transports of both ends of a new connection, once `connectionMade` of both was called. @default a connection to a server of `listen` */
  pair?(clientFactory: ProtocolFactory, serverFactory: ProtocolFactory): Body<readonly [client: Transport, server: Transport]>;
  /** What the rules of `sendfile` send; they are left out without it. */
  readonly file?: SampleFile | undefined;
}

/** How connections are made by the methods of a loop. */
export interface TcpOptions extends Pick<ConnectionMaker, "file"> {
  /** Where to listen. @default "127.0.0.1" */
  readonly host?: string;
  /** Makes what TLS is made with, inside the loop; without it there is no TLS. */
  readonly tls?: () => { readonly server: SslContext; readonly client: SslContext; readonly serverHostname: string };
}

/** Connections of the running loop over TCP, for those who write a runtime. */
export function tcpConnections(
  { host = "127.0.0.1", tls, file }: TcpOptions = {},
): ConnectionMaker & Required<Pick<ConnectionMaker, "listen">> {
  const listen = function* (protocolFactory: ProtocolFactory): CoroutineGenerator<Listening> {
    const loop = getRunningLoop();
    const contexts = tls?.();
    const server = yield* loop.createServer(protocolFactory, {
      host,
      port: 0,
      ...(contexts === undefined ? {} : { ssl: contexts.server }),
    });
    const { port } = server.sockets[0]!.address;
    const security = contexts === undefined ? {} : { ssl: contexts.client, serverHostname: contexts.serverHostname };
    return { server, connect: (factory) => connected(loop.createConnection(factory, { host, port, ...security })) };
  };
  return { listen, file };
}

/** How connections are made at a path. */
export interface UnixOptions extends Pick<TcpOptions, "tls" | "file"> {
  /** A new path, or an abstract name, for each server. */
  readonly path: () => string;
}

/** Connections of the running loop over sockets with paths, for those who write a runtime. */
export function unixConnections({ path, tls, file }: UnixOptions): ConnectionMaker & Required<Pick<ConnectionMaker, "listen">> {
  const listen = function* (protocolFactory: ProtocolFactory): CoroutineGenerator<Listening> {
    const loop = getRunningLoop();
    const contexts = tls?.();
    const place = path();
    const server = yield* loop.createUnixServer(protocolFactory, place, contexts === undefined ? {} : { ssl: contexts.server });
    const security = contexts === undefined ? {} : { ssl: contexts.client, serverHostname: contexts.serverHostname };
    return { server, connect: (factory) => connected(loop.createUnixConnection(factory, place, security)) };
  };
  return { listen, file };
}

function* connected(made: Awaitable<[Transport, unknown]>): CoroutineGenerator<Transport> {
  const [transport] = yield* made;
  return transport;
}

/** Makes datagram endpoints, with the options of `EventLoop.createDatagramEndpoint`. Called inside a loop. */
export interface EndpointMaker {
  /** An address of this machine. */
  readonly host: string;
  /** Opens one; gives its transport once the protocol's `connectionMade` was called. */
  open(protocol: DatagramProtocol, options: DatagramOptions): Body<DatagramTransport>;
}

/** Endpoints of the running loop, for those who write a runtime. */
export function udpEndpoints(host = "127.0.0.1"): EndpointMaker {
  return {
    host,
    *open(protocol, options) {
      const loop: EventLoop = getRunningLoop();
      const [transport] = yield* loop.createDatagramEndpoint(() => protocol, options);
      return transport;
    },
  };
}

/** Both ends of a new connection. */
export function pairOf(
  maker: ConnectionMaker,
  clientFactory: ProtocolFactory,
  serverFactory: ProtocolFactory,
): Awaitable<readonly [client: Transport, server: Transport]> {
  return awaitable(makePair(maker, clientFactory, serverFactory));
}

function* makePair(
  maker: ConnectionMaker,
  clientFactory: ProtocolFactory,
  serverFactory: ProtocolFactory,
): CoroutineGenerator<readonly [client: Transport, server: Transport]> {
  if (maker.pair !== undefined) return yield* runBody(() => maker.pair!(clientFactory, serverFactory));
  return yield* acceptOne(maker, clientFactory, serverFactory);
}

/** The server is closed at once: its one connection lives on. */
function* acceptOne(
  maker: ConnectionMaker,
  clientFactory: ProtocolFactory,
  serverFactory: ProtocolFactory,
): CoroutineGenerator<readonly [client: Transport, server: Transport]> {
  if (maker.listen === undefined) throw new TypeError("Cannot check connections: neither `pair` nor `listen` says how to make them");
  const accepted = new Future<Transport>();
  const listening = yield* runBody(() => maker.listen!(() => announced(serverFactory(), accepted)));
  const client = yield* runBody(() => listening.connect(clientFactory));
  const server = yield* accepted;
  listening.server.close();
  return [client, server];
}

/** The protocol, which also tells of its transport. */
function announced(protocol: Protocol, made: Future<Transport>): Protocol {
  const connectionMade = protocol.connectionMade.bind(protocol);
  protocol.connectionMade = (transport) => {
    connectionMade(transport);
    made.setResult(transport);
  };
  return protocol;
}
