import { toOSError } from "../../src/adapters/shared/error_map.ts";
import * as errors from "../../src/errors.ts";
import { assert, describe, it } from "../_kit/mod.ts";

/** A host's error with these fields. */
function hostError(message: string, fields: Record<string, unknown>): Error {
  return Object.assign(new Error(message), fields);
}

describe("toOSError", () => {
  const CLASSES = {
    ECONNREFUSED: errors.ConnectionRefusedError,
    ECONNRESET: errors.ConnectionResetError,
    ECONNABORTED: errors.ConnectionAbortedError,
    EPIPE: errors.BrokenPipeError,
    ESHUTDOWN: errors.BrokenPipeError,
    ENOENT: errors.FileNotFoundError,
    EEXIST: errors.FileExistsError,
    EACCES: errors.PermissionError,
    EPERM: errors.PermissionError,
    ESRCH: errors.ProcessLookupError,
    EAI_AGAIN: errors.AddressInfoError,
    EAI_NONAME: errors.AddressInfoError,
    EADDRINUSE: errors.OSError,
    EWHATEVER: errors.OSError,
  };

  for (const [code, expected] of Object.entries(CLASSES)) {
    it(`makes ${expected.prototype.name} of ${code}`, () => {
      const cause = hostError("said the host", { code });
      const error = toOSError(cause, "do it");
      assert.equal(error.constructor, expected);
      assert.equal(error.code, code);
      assert.equal(error.cause, cause);
      assert.match(error.message, new RegExp(`^Cannot do it: .+ \\(${code}\\)$`));
    });
  }

  it("copies what the host says, and makes errno positive as the system's headers have it", () => {
    const cause = hostError("connect ECONNREFUSED 127.0.0.1:9", {
      code: "ECONNREFUSED",
      errno: -111,
      syscall: "connect",
      address: "127.0.0.1",
      port: 9,
      path: "/p",
    });
    const { message, code, errno, syscall, address, port, path } = toOSError(cause, "connect to 127.0.0.1 port 9", {
      address: "other",
      port: 1,
    });
    assert.equal(message, "Cannot connect to 127.0.0.1 port 9: connection refused (ECONNREFUSED)");
    assert.deepEqual({ code, errno, syscall, address, port, path }, {
      code: "ECONNREFUSED",
      errno: 111,
      syscall: "connect",
      address: "127.0.0.1",
      port: 9,
      path: "/p",
    });
  });

  it("fills in the place that the caller knows, and has no fields of what nobody knows", () => {
    const error = toOSError(hostError("in use", { code: "EADDRINUSE" }), "listen", { address: "::1", port: 80 });
    assert.deepEqual([error.address, error.port], ["::1", 80]);
    assert.deepEqual([error.errno, error.syscall, error.path], [undefined, undefined, undefined]);
  });

  it("names the path that the caller knows, and not the one that the host was given", () => {
    const cause = hostError("bind EACCES /folder/temporary", { code: "EACCES", address: "/folder/temporary", port: -1, path: "/folder" });
    const error = toOSError(cause, "listen on /folder/socket", { path: "/folder/socket" });
    assert.equal(error.constructor, errors.PermissionError);
    assert.deepEqual([error.path, error.address, error.port], ["/folder/socket", undefined, undefined]);
  });

  it("finds the code of Deno's classes by their names", () => {
    const named = (name: string): Error => Object.assign(new Error("os error"), { name });
    assert.equal(toOSError(named("ConnectionRefused"), "connect").constructor, errors.ConnectionRefusedError);
    assert.equal(toOSError(named("NotFound"), "open").constructor, errors.FileNotFoundError);
    assert.equal(toOSError(named("AddrInUse"), "listen").code, "EADDRINUSE");
    assert.equal(toOSError(named("toString"), "listen").code, undefined);
  });

  it("keeps the words of a missing permission, which say how to give it", () => {
    const cause = Object.assign(new Error('Requires net access to "x", run again with the --allow-net flag'), { name: "NotCapable" });
    const error = toOSError(cause, "connect to x");
    assert.equal(error.constructor, errors.PermissionError);
    assert.equal(error.message, `Cannot connect to x: ${cause.message}`);
    assert.deepEqual([error.code, error.cause], ["EPERM", cause]);
  });

  it("knows names that cannot be resolved, whichever host says it", () => {
    for (
      const cause of [
        new Error("failed to lookup address information: Name or service not known"),
        new TypeError("invalid host 'a b'"),
        hostError("getaddrinfo ENOTFOUND x", { code: "ENOTFOUND", syscall: "getaddrinfo" }),
        hostError("getaddrinfo ENOTFOUND x", { code: "DNS_ENOTFOUND" }),
      ]
    ) {
      const error = toOSError(cause, "resolve x");
      assert.equal(error.constructor, errors.AddressInfoError);
      assert.equal(error.code, "EAI_NONAME");
    }
    assert.equal(toOSError(hostError("queryA ENODATA x", { code: "ENODATA" }), "resolve x").code, "EAI_NODATA");
  });

  it("shows the first of several attempts, and keeps all as the cause", () => {
    const first = hostError("connect ECONNREFUSED ::1:9", { code: "ECONNREFUSED", address: "::1", port: 9 });
    const cause = Object.assign(new AggregateError([first, hostError("again", { code: "ECONNREFUSED" })]), { code: "ECONNREFUSED" });
    const error = toOSError(cause, "connect to localhost port 9", { address: "localhost", port: 9 });
    assert.equal(error.constructor, errors.ConnectionRefusedError);
    assert.deepEqual([error.address, error.cause], ["::1", cause]);
  });

  it("takes what is no error, or has no text", () => {
    assert.equal(toOSError("thrown text", "do it").message, "Cannot do it: thrown text");
    assert.equal(toOSError(null, "do it").message, "Cannot do it: null");
    assert.equal(toOSError(new Error(), "do it").message, "Cannot do it: the host did not say why");
    assert.equal(toOSError({ code: 7, message: 8 }, "do it").code, undefined);
  });

  it("leaves an error of ours as it is", () => {
    const ours = new errors.ConnectionResetError("mine");
    assert.equal(toOSError(ours, "do it"), ours);
  });
});
