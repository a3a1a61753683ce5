// A card as a JSON file: what a NIC and its engines are made of. docs/model.md lists the keys.
#pragma once

#include "sim/nfp/card.h"
#include "sim/nic/config.h"

#include <optional>
#include <string>

namespace pw::nic {

// Parts that the file doesn't have are left out; a part that it has is complete.
struct CardFile {
  std::string name; // the file's, if it has none
  std::optional<PortConfig> port;
  std::optional<BufferConfig> buffer;
  std::optional<PcieConfig> pcie;
  std::optional<HostConfig> host;
  std::optional<TransmitConfig> transmit;
  std::optional<me::CardProfile> micro_engines;
  std::optional<me::MemoryProfile> memory_units; // of the micro-engines' card
  std::optional<PauseConfig> pause;              // pause frames are sent

  void apply(NicConfig&) const;
  me::CardProfile engines() const; // with their memories
};

// Throws Failure PW-NIC-006 (unreadable), PW-NIC-007 (all missing keys), PW-NIC-008 (unknown keys
// and unusable values).
CardFile read_card(const std::string& path);

} // namespace pw::nic
