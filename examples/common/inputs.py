# SPDX-License-Identifier: Apache-2.0
"""What the inputs of the examples are made of: packets, map entries, and the flows of `pipewright traffic`."""
import struct

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


def count_maps():
    return {"protocols": [entry(u32(protocol), u64(0)) for protocol in (ICMP, TCP, UDP)]}


def tagged():
    for i, tags in enumerate(((), (5,), (0x6005,), (5, 6), (4095,), (1, 2, 3))):
        for port in (53, 80):
            yield frame(udp4(f"10.0.0.{i}", 1000, "10.1.0.1", port, b"x" * i * 30), tags=tags)
    yield frame(b"\x00\x05", 0x8100)[:16]
    yield ARP
    yield SHORT


def sizes():
    for size in (0, 1, 14, 18, 53, 54, 55, 85, 86, 87, 200, 1000, 1472):
        yield frame(udp4("10.0.0.1", 1, "10.0.0.2", 2, bytes(range(256)) * 6, ident=size))[: 14 + 28 + size]
    yield from mixed()
