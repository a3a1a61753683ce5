// libpcap behind plain types: its header and linux/bpf.h both define struct bpf_insn.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pw {

struct PcapPacket {
  std::vector<std::uint8_t> bytes; // as captured
  std::uint32_t original_size = 0;
  std::uint64_t time_ns = 0;
};

struct PcapFile {
  std::string open_error; // libpcap's words; then nothing else is filled
  bool ethernet = false;
  std::string link_type; // name or number; packets are read only if it is Ethernet
  std::vector<PcapPacket> packets;
  std::string read_error; // why reading stopped before the end
};

PcapFile read_pcap(const std::string& path);

} // namespace pw
