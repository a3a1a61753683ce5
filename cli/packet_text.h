// One line about a packet, for tables: "IPv4 UDP 10.0.0.1:1024 > 10.0.0.2:53".
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace pw::cli {

std::string packet_text(std::span<const std::uint8_t> frame);

} // namespace pw::cli
