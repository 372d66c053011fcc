"""Answers getaddrinfo and getnameinfo questions, given as JSON, as CPython does: a list of lists, or the name of the error's code."""
import json
import socket
import sys

FAMILIES = {"unspec": 0, "IPv4": socket.AF_INET, "IPv6": socket.AF_INET6}
TYPES = {"": 0, "stream": socket.SOCK_STREAM, "datagram": socket.SOCK_DGRAM}
FAMILY_NAMES = {socket.AF_INET: "IPv4", socket.AF_INET6: "IPv6"}
TYPE_NAMES = {socket.SOCK_STREAM: "stream", socket.SOCK_DGRAM: "datagram"}


def answer(call):
    try:
        return call()
    except socket.gaierror as error:
        return next(name for name in dir(socket) if name.startswith("EAI_") and getattr(socket, name) == error.errno)


def addresses(host, port, family, kind, flags):
    found = socket.getaddrinfo(host, port, FAMILIES[family], TYPES[kind], 0, flags)
    return [[FAMILY_NAMES[f], TYPE_NAMES[t], name, address[0], address[1]] for f, t, _, name, address in found if t != socket.SOCK_RAW]


def names(host, port, numeric):
    flags = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV if numeric else 0
    return list(socket.getnameinfo((host, port), flags))


questions = json.loads(sys.argv[1])
print(json.dumps({
    "addresses": [answer(lambda: addresses(*question)) for question in questions["addresses"]],
    "names": [answer(lambda: names(*question)) for question in questions["names"]],
}))
