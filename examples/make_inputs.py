#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes maps.json and traffic.pcap of every example; run it in this folder after a change of the tables below.

Each example has a function that returns its maps (name -> entries) and its packets, a few dozen that show what it does.
"""
import json
import pathlib
import struct
import sys

# --- packets ---------------------------------------------------------------------------------------------------------

CLIENT_MAC, ROUTER_MAC = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
BROADCAST = b"\xff" * 6
TCP, UDP, ICMP, IPIP = 6, 17, 1, 4


def address(text):
    return bytes(int(part) for part in text.split("."))


def be16(x):
    return struct.pack(">H", x)


def u16(x):
    return struct.pack("<H", x)


def u32(x):
    return struct.pack("<I", x)


def u64(x):
    return struct.pack("<Q", x)


def mac(last):
    return bytes.fromhex("0200000000") + bytes([last])


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(payload, ethertype=0x0800, tags=(), destination=ROUTER_MAC, source=CLIENT_MAC, pad=60):
    out = destination + source
    for tag in tags:
        out += be16(0x8100) + be16(tag)
    return (out + be16(ethertype) + payload).ljust(pad, b"\0")


def ip4(source, destination, protocol, payload, ttl=64, tos=0, options=b"", fragment=0, ident=1):
    options += b"\0" * (-len(options) % 4)
    ihl = 5 + len(options) // 4
    head = struct.pack(">BBHHHBBH", 0x40 | ihl, tos, ihl * 4 + len(payload), ident, fragment, ttl, protocol, 0)
    head += address(source) + address(destination) + options
    return head[:10] + be16(checksum(head)) + head[12:] + payload


def ip6(source, destination, protocol, payload, extensions=()):
    """extensions: (number, body) in order; body without the next-header byte."""
    numbers = [number for number, _ in extensions] + [protocol]
    chain = b"".join(bytes([numbers[i + 1]]) + body for i, (_, body) in enumerate(extensions))
    pack = lambda host: bytes.fromhex("20010db8") + b"\0" * 11 + bytes([host])
    return struct.pack(">IHBB", 6 << 28, len(chain + payload), numbers[0], 64) + pack(source) + pack(destination) + chain + payload


def pseudo(source, destination, protocol, segment):
    return address(source) + address(destination) + struct.pack(">BBH", 0, protocol, len(segment))


def udp(source, destination, sport, dport, data=b"", check=True):
    head = struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data
    value = (checksum(pseudo(source, destination, UDP, head) + head) or 0xFFFF) if check else 0
    return head[:6] + be16(value) + data


def tcp(source, destination, sport, dport, data=b"", flags=0x10, options=b""):
    options += b"\0" * (-len(options) % 4)
    head = struct.pack(">HHIIBBHHH", sport, dport, 1, 1, (5 + len(options) // 4) << 4, flags, 1024, 0, 0) + options + data
    return head[:16] + be16(checksum(pseudo(source, destination, TCP, head) + head)) + head[18:]


def udp4(source, sport, destination, dport, data=b"", check=True, **ip):
    return ip4(source, destination, UDP, udp(source, destination, sport, dport, data, check), **ip)


def tcp4(source, sport, destination, dport, data=b"", flags=0x10, tcp_options=b"", **ip):
    return ip4(source, destination, TCP, tcp(source, destination, sport, dport, data, flags, tcp_options), **ip)


def ping(source, destination, **ip):
    body = struct.pack(">BBHHH", 8, 0, 0, 7, 1) + b"abcdefgh"
    return ip4(source, destination, ICMP, body[:2] + be16(checksum(body)) + body[4:], **ip)


ARP = frame(struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + CLIENT_MAC + address("10.0.0.1") + bytes(6) + address("10.0.0.254"),
            0x0806, destination=BROADCAST)
SHORT = frame(b"", pad=14)[:13]

# --- map entries -----------------------------------------------------------------------------------------------------


def in_hex(data):
    return [f"0x{byte:02x}" for byte in data]


def entry(key, value):
    return {"key": in_hex(key), "value": in_hex(value)}


def per_cpu(key, value):
    return {"key": in_hex(key), "values": [{"cpu": 0, "value": in_hex(value)}]}


def slot(index, **target):
    return {"key": in_hex(u32(index)), **target}


def endpoint(host, port, protocol):
    return address(host) + be16(port) + bytes([protocol, 0])


# --- flows of `pipewright traffic` ------------------------------------------------------------------------------------
# The same steps as in sim/traffic, so that entries for the flows of traffic.txt and bench.txt are in the maps, too.

MASK64 = (1 << 64) - 1


def splitmix64(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK64
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK64
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK64
    return x ^ (x >> 31)


class TrafficRandom:
    def __init__(self, seed):
        self.state = splitmix64(seed)

    def bits(self):
        self.state += 1
        return splitmix64(self.state - 1)

    def below(self, limit):
        return self.bits() % limit


class Flow:
    """Flow `number` of a specification with IPv4 only: address and port of both ends, protocol, VLAN identifiers."""

    def __init__(self, number, proto="mix", ipv6=0.0, vlan=(0, 0), seed=1):
        random = TrafficRandom((seed << 32 | number) ^ 0xF10F10F1)
        self.ipv6 = (random.bits() >> 11) * 2.0**-53 < ipv6
        self.source = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.destination = f"192.168.0.{1 + random.below(16)}"
        self.sport = 1024 + random.below(60000)
        self.dport = (80, 443, 53, 22, 8080, 4789)[random.below(6)]
        self.protocol = TCP if proto == "tcp" or (proto == "mix" and random.below(2) == 0) else UDP
        low, high = vlan
        self.vlans = []
        for _ in range(low + random.below(high - low + 1)):
            random.below(8)
            self.vlans.append(1 + random.below(100))


def bench_flows():
    """Every flow of bench.txt and, by its IP header, of traffic.txt."""
    return [Flow(n) for n in range(200)] + [Flow(n, ipv6=0.1, vlan=(0, 2)) for n in range(100)] + [Flow(0, proto="udp")]


def services(pairs=((80, TCP), (443, TCP), (53, UDP), (4789, UDP), (8080, TCP), (443, UDP)), hosts=range(1, 17)):
    return [(f"192.168.0.{host}", port, protocol) for host in hosts for port, protocol in pairs]


def merged(*lists):
    """Entries of several lists; of those with the same key the first."""
    entries = {}
    for e in [e for entries_of in lists for e in entries_of]:
        entries.setdefault(tuple(e["key"]), e)
    return list(entries.values())


EXAMPLES = {}


def example(function):
    EXAMPLES[function.__name__] = function
    return function


# --- the seven of the primers ----------------------------------------------------------------------------------------


def mixed():
    """A little of everything, for programs that only look at frames."""
    yield frame(udp4("10.0.0.1", 1000, "10.1.0.1", 53, b"query"))
    yield frame(tcp4("10.0.0.1", 1001, "10.1.0.2", 80, b"GET / HTTP/1.1\r\n\r\n"))
    yield ARP
    yield frame(ping("10.0.0.2", "10.1.0.1"))
    yield frame(ip6(1, 2, UDP, udp("0.0.0.0", "0.0.0.0", 1, 2, b"six")), 0x86DD)
    yield frame(udp4("10.0.0.3", 5, "10.1.0.3", 6, bytes(300)))
    yield frame(udp4("10.0.0.4", 5, "10.1.0.3", 6, bytes(1400)))
    yield frame(udp4("10.0.0.1", 7, "10.1.0.1", 8), tags=[5])
    yield frame(b"\xaa\xaa\x03", 40)
    yield SHORT


@example
def packet_length():
    return {}, mixed()


@example
def drop_non_ipv4():
    return {}, mixed()


@example
def mac_swap():
    return {}, mixed()


@example
def drop_malformed():
    good = udp4("10.0.0.1", 1000, "10.1.0.1", 53, b"query")
    packets = [*mixed(), frame(good), frame(udp4("10.0.0.1", 1, "10.1.0.1", 2, options=b"\x94\x04\0\0"))]
    packets.append(frame(b"\x65" + good[1:]))  # version 6 under IPv4's EtherType
    packets.append(frame(b"\x44" + good[1:]))  # a header of 16 bytes
    packets.append(frame(good[:2] + be16(1000) + good[4:]))  # longer than the frame
    packets.append(frame(good[:2] + be16(19) + good[4:]))  # shorter than its header
    packets.append(frame(good[:10] + b"\x12\x34" + good[12:]))  # wrong checksum
    packets.append(frame(good)[:30])  # cut
    packets.append(frame(udp4("224.0.0.1", 1, "10.0.0.1", 2)))  # from a group
    packets.append(frame(udp4("127.0.0.1", 1, "10.0.0.1", 2)))  # from ourselves
    packets.append(frame(udp4("10.0.0.1", 1, "10.0.0.2", 2, ttl=0)))
    return {}, packets


def count_maps():
    return {"protocols": [entry(u32(protocol), u64(0)) for protocol in (ICMP, TCP, UDP)]}


@example
def count_protocols():
    return count_maps(), [*mixed(), frame(ip4("10.0.0.1", "10.0.0.2", 89, bytes(20)))]


@example
def count_protocols_legacy():
    return count_maps(), [*mixed(), frame(ip4("10.0.0.1", "10.0.0.2", 89, bytes(20)))]


@example
def ddos_filter():
    watched = ["10.0.0.1", "10.0.0.2"]
    maps = {"sources": [entry(address(a), u64(0) * 3) for a in watched]}
    maps["sources"] = merged(maps["sources"], [entry(address(f"10.0.0.{i}"), u64(0) * 3) for i in range(200) if i % 7 != 3])
    packets = []
    for i in range(20):  # .1 floods, .2 is modest, .3 isn't watched
        packets.append(frame(udp4("10.0.0.1", 1000 + i, "10.1.0.1", 53)))
        if i % 4 == 0:
            packets.append(frame(udp4("10.0.0.2", 1000 + i, "10.1.0.1", 53)))
        packets.append(frame(udp4("10.0.0.3", 1000 + i, "10.1.0.1", 53)))
    return maps, packets


@example
def honeypot():
    maps = {"suspects": [entry(address("10.6.6.6"), u64(0) * 2), entry(address("10.6.6.7"), u64(0) * 2)],
            "ports": [slot(0, ifindex=3)]}
    maps["suspects"] += [entry(address(f"10.0.0.{i}"), u64(0) * 2) for i in range(0, 200, 5) if i not in (1, 2, 3, 4, 9)]
    packets = [*mixed()]
    packets.append(frame(udp4("10.6.6.6", 1000, "10.1.0.1", 53)))
    packets.append(frame(tcp4("10.6.6.7", 1000, "10.1.0.1", 80)))
    for port in (22, 23, 443, 445, 2323, 3389):
        packets.append(frame(tcp4("10.0.0.9", 1000, "10.1.0.1", port, flags=0x02)))
        packets.append(frame(tcp4("10.0.0.9", 1000, "10.1.0.1", port, flags=0x02, options=b"\x94\x04\0\0")))
        packets.append(frame(tcp4("10.0.0.9", 1000, "10.1.0.1", port, flags=0x10)))
    return maps, packets


@example
def load_balancer():
    servers = [(f"10.2.0.{i}", mac(0x10 + i), 1) for i in range(1, 5)] + [("10.2.0.5", mac(0x15), 0)]
    maps = {
        "services": [entry(endpoint("10.1.0.1", 80, TCP), u32(1)), entry(endpoint("10.1.0.1", 53, UDP), u32(2))],
        # The first server gets half of the slots, the fifth (out of service) one.
        "ring": [entry(u32(i), u32(4 if i == 200 else 0 if i % 2 else 1 + i // 2 % 3)) for i in range(256)],
        "servers": [entry(u32(i), address(a) + m + u16(on) + u32(0) + u64(0) * 2) for i, (a, m, on) in enumerate(servers)],
    }
    maps["services"] += [entry(endpoint(*s), u32(3)) for s in services(hosts=range(1, 9))]
    packets = [*mixed()]
    for i in range(16):
        packets.append(frame(tcp4(f"10.0.{i}.1", 1000 + i, "10.1.0.1", 80, b"GET / HTTP/1.1")))
        packets.append(frame(udp4(f"10.0.{i}.2", 2000 + i, "10.1.0.1", 53, b"query", check=i % 4 != 0)))
    packets += packets[10:14]
    return maps, packets


@example
def nat():
    flows = [("10.0.0.1", 1000, "192.0.2.1", 40000, TCP), ("10.0.0.2", 1000, "192.0.2.1", 40001, UDP),
             ("10.0.0.3", 1003, "192.0.2.1", 40002, UDP)]
    value = lambda host, port: address(host) + be16(port) + u16(0) + u64(0)
    maps = {"outgoing": [entry(endpoint(a, p, proto), value(pa, pp)) for a, p, pa, pp, proto in flows],
            "incoming": [entry(endpoint(pa, pp, proto), value(a, p)) for a, p, pa, pp, proto in flows]}
    more = [flow for i, flow in enumerate(bench_flows()) if i % 4 and not flow.ipv6]
    maps["outgoing"] = merged(maps["outgoing"], [entry(endpoint(f.source, f.sport, f.protocol), value("192.0.2.1", 41000 + i))
                                                 for i, f in enumerate(more)])
    packets = [*mixed()]
    for a, p, pa, pp, proto in flows:
        for check in (True, False):
            if proto == TCP:
                packets.append(frame(tcp4(a, p, "198.51.100.7", 80, b"hello")))
                packets.append(frame(tcp4("198.51.100.7", 80, pa, pp, b"hello yourself")))
            else:
                packets.append(frame(udp4(a, p, "198.51.100.7", 53, b"query", check)))
                packets.append(frame(udp4("198.51.100.7", 53, pa, pp, b"answer", check)))
    packets.append(frame(tcp4("198.51.100.7", 80, "192.0.2.1", 39999)))  # nobody's
    return maps, packets


# --- the five classics -----------------------------------------------------------------------------------------------


@example
def firewall():
    flows = [("10.0.0.1", 40000, "198.51.100.7", 443, TCP), ("10.0.0.2", 40001, "198.51.100.8", 53, UDP),
             ("10.0.0.3", 40002, "198.51.100.9", 80, TCP)]
    key = lambda a, p, b, q, proto: address(a) + address(b) + be16(p) + be16(q) + bytes([proto, 0, 0, 0])
    known = [f for i, f in enumerate(bench_flows()) if i % 4 and not f.ipv6]
    more = [(f.destination, f.dport, f.source, f.sport, f.protocol) for f in known]
    maps = {"flows": merged([entry(key(*flow), u64(0) * 2) for flow in flows + more])}
    packets = [ARP]
    for a, p, b, q, proto in flows:
        make = tcp4 if proto == TCP else udp4
        packets.append(frame(make(b, q, a, p, b"an answer")))
        packets.append(frame(make(b, q, a, p + 1, b"a guess")))
        packets.append(frame(make(b, q, a, p, bytes(500))))
    packets += mixed()
    packets.append(frame(tcp4("203.0.113.9", 55555, "10.0.0.1", 22, flags=0x02)))
    packets.append(frame(tcp4("198.51.100.7", 443, "10.0.0.1", 40000, fragment=0x2001)))
    packets.append(frame(tcp4("198.51.100.7", 443, "10.0.0.1", 40000, options=b"\x83\x07\x04\x0a\0\0\x01\0")))
    return maps, packets


@example
def router():
    hop = lambda last, port: mac(last) + mac(0xF0 + port) + u32(port)
    maps = {"hosts": [entry(address("10.1.0.1"), hop(0x21, 1)), entry(address("10.1.0.2"), hop(0x22, 1))],
            "networks": [entry(address("10.1.0.0"), hop(0x31, 2)), entry(address("10.2.3.0"), hop(0x32, 2)),
                         entry(address("10.3.0.0"), hop(0x33, 9))],  # port 9 has no interface
            "default_route": [entry(u32(0), hop(0x41, 3))],
            "ports": [slot(port, ifindex=1 + port) for port in (1, 2, 3)]}
    maps["hosts"] += [entry(address(f"192.168.0.{i}"), hop(0x70 + i, 1 + i % 2)) for i in range(1, 9)]
    maps["networks"].append(entry(address("192.168.0.0"), hop(0x34, 3)))
    packets = [*mixed()]
    for to in ("10.1.0.1", "10.1.0.2", "10.1.0.3", "10.2.3.4", "10.2.4.4", "10.3.0.1", "203.0.113.1"):
        packets.append(frame(udp4("10.0.0.1", 1000, to, 53, b"query")))
        packets.append(frame(tcp4("10.0.0.1", 1000, to, 80, bytes(700), ttl=2, options=b"\x94\x04\0\0")))
        packets.append(frame(udp4("10.0.0.1", 1000, to, 53, ttl=1)))
    return maps, packets


@example
def tunnel():
    ends = lambda a, b, last: address(a) + address(b) + mac(last) + u16(0)
    maps = {"tunnels": [entry(endpoint("10.1.0.1", 53, UDP), ends("192.0.2.1", "192.0.2.2", 0x51)),
                        entry(endpoint("10.1.0.2", 80, TCP), ends("192.0.2.1", "192.0.2.3", 0x52))]}
    maps["tunnels"] += [entry(endpoint(*s), ends("192.0.2.1", "192.0.2.4", 0x53)) for s in services()]
    packets = [*mixed()]
    for size in (0, 6, 7, 22, 23, 200, 1000, 1400):
        packets.append(frame(udp4("10.0.0.1", 1000 + size, "10.1.0.1", 53, bytes(size), tos=size & 0xFC)))
        packets.append(frame(tcp4("10.0.0.1", 1000 + size, "10.1.0.2", 80, bytes(size))))
    return maps, packets


@example
def dnat():
    rule = lambda host, port, last: address(host) + be16(port) + mac(last) + u32(0) + u64(0) * 2
    maps = {"rules": [entry(endpoint("192.0.2.1", 80, TCP), rule("10.1.0.1", 8080, 0x61)),
                      entry(endpoint("192.0.2.1", 53, UDP), rule("10.1.0.2", 5353, 0x62))]}
    maps["rules"] += [entry(endpoint(a, port, p), rule("10.9.0.1", port + 1000, 0x63)) for a, port, p in services()]
    packets = [*mixed()]
    for i, options in enumerate((b"", b"\x94\x04\0\0", b"\x01" * 12, b"\x01" * 40)):
        packets.append(frame(tcp4("10.0.0.1", 1000 + i, "192.0.2.1", 80, b"GET /", options=options)))
        packets.append(frame(udp4("10.0.0.1", 1000 + i, "192.0.2.1", 53, b"query", check=i != 1, options=options)))
        packets.append(frame(tcp4("10.0.0.1", 1000 + i, "192.0.2.1", 443, options=options)))
    return maps, packets


@example
def ids_bypass():
    def key(a, p, b, q, proto, tags=(0, 0)):
        return address(a) + address(b) + be16(p) + be16(q) + u16(tags[0]) + u16(tags[1]) + bytes([proto, 0, 0, 0])

    six = lambda host: bytes.fromhex("20010db8") + b"\0" * 11 + bytes([host])
    key6 = six(1) + six(2) + be16(1000) + be16(443) + u16(0) * 2 + bytes([UDP, 0, 0, 0])
    video = ("10.0.0.1", 1000, "10.1.0.1", 443)
    maps = {"flows4": [per_cpu(key(*video, TCP), u64(0) * 2), per_cpu(key(*video, TCP, (5, 0)), u64(0) * 2),
                       per_cpu(key(*video, UDP, (5, 6)), u64(0) * 2)],
            "flows6": [per_cpu(key6, u64(0) * 2)]}
    for i, f in enumerate(bench_flows()):
        if i % 3 and not f.ipv6:
            tags = (f.vlans + [0, 0])[:2]
            maps["flows4"].append(per_cpu(key(f.source, f.sport, f.destination, f.dport, f.protocol, tags), u64(0) * 2))
    maps["flows4"] = merged(maps["flows4"])
    packets = [*mixed()]
    for tags in ((), (5,), (5, 6), (7,)):
        for options in (b"", b"\x94\x04\0\0", b"\x01" * 40):
            packets.append(frame(tcp4(*video, bytes(100), options=options), tags=tags))
            packets.append(frame(udp4(*video, bytes(200), options=options), tags=tags))
    packets.append(frame(ip6(1, 2, UDP, struct.pack(">HHHH", 1000, 443, 8, 0)), 0x86DD))
    packets.append(frame(ip6(1, 3, UDP, struct.pack(">HHHH", 1000, 443, 8, 0)), 0x86DD))
    return maps, packets


# --- one piece of XDP each -------------------------------------------------------------------------------------------


def tagged():
    for i, tags in enumerate(((), (5,), (0x6005,), (5, 6), (4095,), (1, 2, 3))):
        for port in (53, 80):
            yield frame(udp4(f"10.0.0.{i}", 1000, "10.1.0.1", port, b"x" * i * 30), tags=tags)
    yield frame(b"\x00\x05", 0x8100)[:16]
    yield ARP
    yield SHORT


@example
def vlan_pop():
    return {}, tagged()


@example
def vlan_push():
    return {"port_vlans": [entry(u32(1), u16(100))]}, tagged()


@example
def set_dscp():
    return {"classes": [entry(be16(53), b"\x2e"), entry(be16(80), b"\x0a"), entry(be16(443), b"\x12")]}, tagged()


@example
def ip_options():
    kinds = {"router alert": b"\x94\x04\0\0", "nop": b"\x01\x01\x01\x00", "record route": b"\x07\x0b\x04" + bytes(8) + b"\0",
             "loose": b"\x83\x07\x04\x0a\0\0\x01\0", "strict": b"\x01\x89\x07\x04\x0a\0\0\x01", "no way": b"\x07\0\0\0",
             "too long": b"\x07\x28\x04\0", "full": b"\x01" * 40, "time": b"\x44\x0c\x05\0" + bytes(8)}
    packets = [*mixed()]
    for options in kinds.values():
        packets.append(frame(udp4("10.0.0.1", 1, "10.0.0.2", 2, options=options)))
        packets.append(frame(udp4("10.0.0.1", 1, "10.0.0.2", 2, options=options))[:36])
    return {}, packets


@example
def ipv6_extensions():
    data = struct.pack(">HHHH", 1000, 443, 8, 0)
    hop, dest, frag = (0, b"\0\x01\x04\0\0\0\0"), (60, b"\x01" + bytes(14)), (44, b"\0" + be16(1) + u32(9))
    route0, route2 = (43, b"\0\0\0" + bytes(4)), (43, b"\x02\x02\x01" + bytes(20))
    chains = ([], [hop], [hop, dest], [frag], [hop, route2, frag], [route0], [hop, dest, route2, frag], [hop] * 5,
              [(60, b"\x04" + bytes(38))])
    packets = [*mixed()]
    for chain in chains:
        packets.append(frame(ip6(1, 2, UDP, data, chain), 0x86DD))
        packets.append(frame(ip6(1, 2, 6, bytes(20), chain), 0x86DD)[:60])
    return {}, packets


@example
def tcp_mss():
    options = [b"\x02\x04\x05\xb4", b"\x02\x04\x05\x78", b"\x02\x04\x05\x79", b"\x01\x01\x04\x02\x02\x04\x05\xb4", b"\x01\x02\x04\x05\xb4",
               b"\x03\x03\x07\x01\x02\x04\x05\xb4", b"\x04\x02\x08\x0a" + bytes(8) + b"\x01\x03\x03\x07\x02\x04\x23\x00", b"\x01" * 40,
               b"\x08\x00\x00\x00", b"\x00\x02\x04\x05\xb4"]
    packets = [*mixed()]
    for option in options:
        for flags in (0x02, 0x12, 0x10):
            packets.append(frame(tcp4("10.0.0.1", 1000, "10.1.0.1", 80, flags=flags, tcp_options=option)))
    return {}, packets


def sizes():
    for size in (0, 1, 14, 18, 53, 54, 55, 85, 86, 87, 200, 1000, 1472):
        yield frame(udp4("10.0.0.1", 1, "10.0.0.2", 2, bytes(range(256)) * 6, ident=size))[: 14 + 28 + size]
    yield from mixed()


@example
def trim():
    return {}, sizes()


@example
def pad():
    return {}, sizes()


@example
def meta():
    return {}, [frame(udp4("10.0.0.1", 1, "10.0.0.2", 2, tos=tos)) for tos in range(0, 256, 32)] + [*mixed()]


@example
def cpumap():
    maps = {"cpus": [slot(i, cpu=i) for i in range(2)]}
    packets = [frame(udp4(f"10.0.{i}.1", 1, "10.1.0.1", 2)) for i in range(16)]
    packets += [frame(udp4("10.1.0.1", 2, f"10.0.{i}.1", 1)) for i in range(16)]
    return maps, packets + [*mixed()]


@example
def xsk_redirect():
    ports = (3999, 4000, 4500, 4999, 5000)
    return {"sockets": [slot(0, queue=0)]}, [frame(udp4("10.0.0.1", 1, "10.0.0.2", p)) for p in ports] + [*mixed()]


@example
def redirect_port():
    return {}, mixed()


@example
def sampler():
    return {}, [frame(udp4("10.0.0.1", i, "10.0.0.2", 2, bytes(i))) for i in range(200)]


@example
def bpf_loop_sum():
    return {}, sizes()


@example
def subprograms():
    return {}, [frame(udp4(f"10.0.{i}.1", 1, "10.1.0.1", 2)) for i in range(40)] + [*mixed()]


@example
def global_counters():
    return {".data": [entry(u32(0), u64(12))]}, [*sizes()]  # a budget of 12 packets


@example
def per_cpu_stats():
    maps = {"types": [per_cpu(be16(kind), u64(0) * 2) for kind in (0x0800, 0x0806, 0x86DD)]}
    return maps, [*mixed(), frame(bytes(40), 0x88CC, destination=bytes.fromhex("0180c200000e")), *sizes()]


@example
def icmp_echo():
    good = ping("10.0.0.1", "10.1.0.1")
    packets = [frame(good), frame(good[:10] + b"\0\0" + good[12:]), frame(ping("10.0.0.1", "10.1.0.1", options=b"\x94\x04\0\0"))]
    return {}, packets + [*mixed()] + [frame(ping(f"10.0.0.{i}", "10.1.0.1", ident=i)) for i in range(20)]


@example
def decap():
    inner = udp4("10.0.0.1", 1000, "10.1.0.1", 53, b"query")
    maps = {"ends": [entry(address(end), u64(0)) for end in ("192.0.2.2", "172.16.0.2")]}
    packets = [*mixed()]
    for options in (b"", b"\x94\x04\0\0", b"\x01" * 12, b"\x01" * 40):
        packets.append(frame(ip4("192.0.2.1", "192.0.2.2", IPIP, inner, options=options)))
        packets.append(frame(ip4("192.0.2.1", "192.0.2.9", IPIP, inner, options=options)))
        packets.append(frame(ip4("192.0.2.1", "192.0.2.2", IPIP, b"", options=options), pad=34))
        packets.append(frame(ip4("192.0.2.1", "192.0.2.2", IPIP, inner, options=options, fragment=0x2000)))
    return maps, packets


@example
def atomic_fetch():
    return {}, [*sizes(), *sizes()]


@example
def verdict_table():
    verdicts = {0: 1, ICMP: 3, TCP: 2, UDP: 0, 89: 4, 47: 5, 50: 0x80000002}
    packets = [*mixed()] + [frame(ip4("10.0.0.1", "10.0.0.2", p, bytes(30))) for p in (1, 6, 17, 89, 47, 50, 51)]
    return {"verdicts": [entry(u32(p), u32(v)) for p, v in verdicts.items()]}, packets


@example
def interarrival():
    maps = {"sources": [entry(address(f"10.0.0.{i}"), bytes(48)) for i in range(100) if i != 5]}
    return maps, [frame(udp4(f"10.0.0.{1 + i * i % 5}", i, "10.0.0.9", 2)) for i in range(60)]


@example
def token_bucket():
    maps = {"buckets": [entry(u32(i), u64(4096 << 8) + u64(1_700_000_000_000_000_000)) for i in (0, 46)]}
    return maps, [frame(udp4("10.0.0.1", i, "10.0.0.2", 2, bytes(900), tos=184 * (i % 3 == 0))) for i in range(60)]


@example
def several_programs():
    return {}, [*mixed()]


@example
def entropy():
    packets = [*mixed()]
    for i in range(12):
        data = bytes((j * (2 * i + 1) * 37 + i) & 0xFF if i % 3 else 0x41 + j % 26 for j in range(40))
        packets.append(frame(udp4("10.0.0.1", i, "10.0.0.2", 2, data)))
    return {}, packets


@example
def core():
    return {}, [*mixed(), frame(udp4("10.0.0.1", 1, "10.0.0.1", 1)), frame(udp4("10.0.0.1", 1, "10.0.0.2", 1, ttl=255))]


# --- files -----------------------------------------------------------------------------------------------------------

START_NS, GAP_NS = 1_700_000_000_000_000_000, 100_000


def write_capture(path, packets):
    out = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)
    for i, packet in enumerate(packets):
        seconds, ns = divmod(START_NS + i * GAP_NS, 1_000_000_000)
        out += struct.pack("<IIII", seconds, ns, len(packet), len(packet)) + packet
    path.write_bytes(out)


def write_maps(path, maps):
    lines = []
    for name in sorted(maps):
        entries = sorted(maps[name], key=lambda e: e["key"])
        lines.append(f"  {json.dumps(name)}: [\n" + ",\n".join("    " + json.dumps(e) for e in entries) + "\n  ]")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    here = pathlib.Path(__file__).parent
    for name, function in EXAMPLES.items():
        maps, packets = function()
        write_capture(here / name / "traffic.pcap", packets)
        write_maps(here / name / "maps.json", maps)
    missing = {p.parent.name for p in here.glob("*/*.bpf.c")} - EXAMPLES.keys()
    if missing:
        sys.exit("no inputs for " + ", ".join(sorted(missing)))


main()
