#include "sim/capture/pcap_file.h"

#include <pcap/pcap.h>

#include <array>
#include <memory>

namespace pw {

namespace {

constexpr std::uint64_t ns_per_second = 1'000'000'000;

struct Closer {
  void operator()(pcap_t* p) const { pcap_close(p); }
};

PcapPacket packet_of(const pcap_pkthdr& header, const std::uint8_t* data) {
  PcapPacket packet;
  packet.bytes.assign(data, data + header.caplen);
  packet.original_size = header.len;
  // tv_usec holds nanoseconds, as asked for when opening.
  packet.time_ns = static_cast<std::uint64_t>(header.ts.tv_sec) * ns_per_second +
                   static_cast<std::uint64_t>(header.ts.tv_usec);
  return packet;
}

} // namespace

PcapFile read_pcap(const std::string& path) {
  PcapFile result;
  std::array<char, PCAP_ERRBUF_SIZE> error{};
  const std::unique_ptr<pcap_t, Closer> file(pcap_open_offline_with_tstamp_precision(
      path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error.data()));
  if (!file) {
    result.open_error = error.data();
    return result;
  }
  const int type = pcap_datalink(file.get());
  const char* name = pcap_datalink_val_to_name(type);
  result.link_type = name != nullptr ? name : std::to_string(type);
  result.ethernet = type == DLT_EN10MB;
  pcap_pkthdr* header = nullptr;
  const std::uint8_t* data = nullptr;
  int status = result.ethernet ? 1 : PCAP_ERROR_BREAK;
  while (status == 1)
    if ((status = pcap_next_ex(file.get(), &header, &data)) == 1)
      result.packets.push_back(packet_of(*header, data));
  if (status != PCAP_ERROR_BREAK)
    result.read_error = pcap_geterr(file.get());
  return result;
}

} // namespace pw
