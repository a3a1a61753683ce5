#include "sim/capture/capture.h"

#include "sim/capture/pcap_file.h"
#include "support/files.h"

namespace pw {

namespace {

constexpr std::uint32_t nanosecond_magic = 0xa1b23c4d;
constexpr std::uint32_t link_type_ethernet = 1;
constexpr std::uint32_t longest_frame = 262144; // snap length that pcap tools use
constexpr std::uint64_t ns_per_second = 1'000'000'000;

PcapFile open(const std::string& path) {
  if (const std::string reason = why_unreadable(path); !reason.empty())
    throw Failure(diagnose("PW-IN-001", "capture '" + path + "' can't be read: " + reason)
                      .help("`pipewright traffic` makes captures"));
  PcapFile file = read_pcap(path);
  if (!file.open_error.empty())
    throw Failure(diagnose("PW-IN-002", "'" + path + "' is not a pcap or pcapng capture")
                      .breaks(file.open_error));
  if (!file.ethernet)
    throw Failure(diagnose("PW-IN-003", "capture '" + path + "' is not Ethernet")
                      .limited("EN10MB", file.link_type));
  return file;
}

void warn_about_end(Capture& capture, const std::string& path, const std::string& reason) {
  if (capture.packets.empty())
    throw Failure(diagnose("PW-IN-002", "capture '" + path + "' is corrupt").breaks(reason));
  capture.warnings.push_back(diagnose("PW-IN-004", "capture '" + path + "' ends early, after " +
                                                       std::to_string(capture.packets.size()) +
                                                       " packets")
                                 .breaks(reason)
                                 .warning());
}

} // namespace

Capture read_capture(const std::string& path) {
  PcapFile file = open(path);
  Capture capture;
  std::size_t shortened = 0;
  for (PcapPacket& packet : file.packets) {
    shortened += packet.bytes.size() < packet.original_size ? 1 : 0;
    capture.packets.push_back({std::move(packet.bytes), packet.time_ns});
  }
  if (!file.read_error.empty())
    warn_about_end(capture, path, file.read_error);
  if (shortened != 0)
    capture.warnings.push_back(
        diagnose("PW-IN-005", std::to_string(shortened) + " of " +
                                  std::to_string(capture.packets.size()) + " packets of '" + path +
                                  "' were captured shorter than they were")
            .help("they are run as captured; capture with snap length 0 for whole frames")
            .warning());
  return capture;
}

namespace {

void put(std::string& out, std::uint32_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> (i * 8));
}

std::string file_header() {
  std::string out;
  put(out, nanosecond_magic, 4);
  put(out, 2, 2); // version 2.4
  put(out, 4, 2);
  put(out, 0, 4);
  put(out, 0, 4);
  put(out, longest_frame, 4);
  put(out, link_type_ethernet, 4);
  return out;
}

} // namespace

void write_capture(const std::string& path, std::span<const Packet> packets) {
  std::string out = file_header();
  for (const Packet& packet : packets) {
    const auto size = static_cast<std::uint32_t>(packet.bytes.size());
    put(out, static_cast<std::uint32_t>(packet.time_ns / ns_per_second), 4);
    put(out, static_cast<std::uint32_t>(packet.time_ns % ns_per_second), 4);
    put(out, size, 4);
    put(out, size, 4);
    out.append(packet.bytes.begin(), packet.bytes.end());
  }
  if (const std::string problem = write_whole_file(path, out); !problem.empty())
    throw Failure(diagnose("PW-IN-006", "capture '" + path + "' can't be written: " + problem));
}

std::vector<Packet> leaving_packets(std::span<const Packet> in, std::span<const PacketResult> out) {
  std::vector<Packet> left;
  for (std::size_t i = 0; i < out.size(); ++i)
    if (!out[i].unsupported && leaves(out[i]))
      left.push_back({out[i].bytes, in[i].time_ns});
  return left;
}

} // namespace pw
