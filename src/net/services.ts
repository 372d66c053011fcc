/**
 * Names of services and their ports, as IANA has them: no host tells them by name.
 *
 * @module
 */

/** The kind of a socket. */
export type SocketType = "stream" | "datagram";

/** One service: its name, its port, how it is spoken, and other names of it. */
type Service = readonly [name: string, port: number, type: SocketType | "both", ...aliases: string[]];

const SERVICES: readonly Service[] = [
  ["echo", 7, "both"],
  ["discard", 9, "both", "sink", "null"],
  ["daytime", 13, "both"],
  ["chargen", 19, "both"],
  ["ftp-data", 20, "stream"],
  ["ftp", 21, "stream"],
  ["ssh", 22, "stream"],
  ["telnet", 23, "stream"],
  ["smtp", 25, "stream", "mail"],
  ["time", 37, "both", "timserver"],
  ["whois", 43, "stream", "nicname"],
  ["domain", 53, "both"],
  ["bootps", 67, "datagram"],
  ["bootpc", 68, "datagram"],
  ["tftp", 69, "datagram"],
  ["gopher", 70, "stream"],
  ["finger", 79, "stream"],
  ["http", 80, "stream", "www"],
  ["kerberos", 88, "both", "kerberos5", "krb5", "kerberos-sec"],
  ["pop3", 110, "stream", "pop-3"],
  ["sunrpc", 111, "both", "portmapper"],
  ["auth", 113, "stream", "authentication", "tap", "ident"],
  ["nntp", 119, "stream", "readnews", "untp"],
  ["ntp", 123, "datagram"],
  ["netbios-ns", 137, "datagram"],
  ["netbios-dgm", 138, "datagram"],
  ["netbios-ssn", 139, "stream"],
  ["imap2", 143, "stream", "imap"],
  ["snmp", 161, "both"],
  ["snmp-trap", 162, "both", "snmptrap"],
  ["bgp", 179, "stream"],
  ["ldap", 389, "both"],
  ["https", 443, "both"],
  ["microsoft-ds", 445, "stream"],
  ["submissions", 465, "stream", "ssmtp", "smtps", "urd"],
  ["isakmp", 500, "datagram"],
  ["syslog", 514, "datagram"],
  ["shell", 514, "stream", "cmd"],
  ["printer", 515, "stream", "spooler"],
  ["dhcpv6-client", 546, "datagram"],
  ["dhcpv6-server", 547, "datagram"],
  ["rtsp", 554, "both"],
  ["nntps", 563, "stream", "snntp"],
  ["submission", 587, "stream"],
  ["ipp", 631, "stream"],
  ["ldaps", 636, "both"],
  ["domain-s", 853, "both"],
  ["rsync", 873, "stream"],
  ["ftps", 990, "stream"],
  ["imaps", 993, "stream"],
  ["pop3s", 995, "stream"],
  ["socks", 1080, "stream"],
  ["openvpn", 1194, "both"],
  ["ms-sql-s", 1433, "stream"],
  ["radius", 1812, "both"],
  ["nfs", 2049, "both"],
  ["mysql", 3306, "stream"],
  ["ms-wbt-server", 3389, "stream"],
  ["svn", 3690, "stream", "subversion"],
  ["sip", 5060, "both"],
  ["sip-tls", 5061, "both"],
  ["xmpp-client", 5222, "stream", "jabber-client"],
  ["xmpp-server", 5269, "stream", "jabber-server"],
  ["mdns", 5353, "datagram"],
  ["postgresql", 5432, "stream", "postgres"],
  ["amqps", 5671, "stream"],
  ["amqp", 5672, "stream"],
  ["x11", 6000, "stream", "x11-0"],
  ["redis", 6379, "stream"],
  ["ircs-u", 6697, "stream"],
  ["http-alt", 8080, "stream", "webcache", "http-proxy"],
  ["git", 9418, "stream"],
];

/** The port of a service that is spoken by sockets of this type; null when it is not known. */
export function portOf(service: string, type: SocketType): number | null {
  return SERVICES.find(([name, , spoken, ...aliases]) => isSpoken(spoken, type) && [name, ...aliases].includes(service))?.[1] ?? null;
}

/** The service at a port, for sockets of this type; null when it is not known. */
export function serviceAt(port: number, type: SocketType): string | null {
  return SERVICES.find(([, at, spoken]) => at === port && isSpoken(spoken, type))?.[0] ?? null;
}

function isSpoken(spoken: SocketType | "both", type: SocketType): boolean {
  return spoken === "both" || spoken === type;
}
