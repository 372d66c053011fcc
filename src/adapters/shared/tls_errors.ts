/**
 * From a host's error of TLS to one of src/errors.ts, with the host's own as its cause.
 *
 * @module
 */
import { type OSError, SSLCertVerificationError, SSLError } from "../../errors.ts";
import { toOSError } from "./error_map.ts";

/** OpenSSL's names for what can be wrong with a certificate, which all hosts use, and Node's for one of another host. */
const VERIFICATION_CODES: ReadonlySet<string> = new Set([
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_GET_CRL",
  "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
  "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
  "CERT_NOT_YET_VALID",
  "CERT_HAS_EXPIRED",
  "CERT_CHAIN_TOO_LONG",
  "CERT_REVOKED",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "HOSTNAME_MISMATCH",
  "EE_KEY_TOO_SMALL",
  "CA_KEY_TOO_SMALL",
  "CA_MD_TOO_WEAK",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** OpenSSL's texts: an address, a number, where it was, and then the reason. */
const OPENSSL_REASON = /error:[\da-f]+:[^:]*:[^:]*:([^:]+)/i;
/** A word of the operating system: ECONNRESET. */
const SYSTEM_CODE = /^E[A-Z0-9]+$/;

/** The error of src/errors.ts for a host's error. `action` completes the sentence "Cannot …". */
export function toSslError(error: unknown, action: string): OSError {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = typeof message === "string" && message !== "" ? message : String(error);
  const reason = OPENSSL_REASON.exec(text)?.[1]?.replaceAll("_", " ").toLowerCase() ?? text;
  if (typeof code !== "string") return new SSLError(`Cannot ${action}: ${reason}`, { cause: error });
  if (VERIFICATION_CODES.has(code)) return notVerified(code, reason, error);
  if (SYSTEM_CODE.test(code)) return toOSError(error, action);
  return new SSLError(`Cannot ${action}: ${reason} (${code})`, { code, cause: error });
}

/** For a certificate that was looked at and refused. */
export function notVerified(code: string, reason: string = code.toLowerCase().replaceAll("_", " "), cause?: unknown): OSError {
  const options = cause === undefined ? { code } : { code, cause };
  return new SSLCertVerificationError(`Cannot trust the peer's certificate: ${reason} (${code})`, options);
}
