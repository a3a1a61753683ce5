// Maps of the kernel, filled and read by system calls.
#pragma once

#include "sim/engine.h"
#include "sim/kernel/devices.h"

namespace pw::kernel {

class KernelMaps {
public:
  // fds as Object::maps; cpu: whose value of a per-CPU map counts.
  KernelMaps(const Object&, std::vector<int> fds, unsigned cpu, Devices&);

  // Throws Failure PW-ENG-004 for targets that can't exist here, PW-ENG-005 if a system call fails.
  void replace(unsigned map, const MapContents&);
  MapContents contents(unsigned map);

private:
  using Bytes = std::vector<std::uint8_t>;

  std::size_t slot_size(const MapDefinition&) const;
  void update(unsigned map, const Bytes& key, const Bytes& value);
  void fill_array(unsigned map, const MapContents&);
  void fill_hash(unsigned map, const MapContents&);
  void fill_redirect(unsigned map, const MapContents&);
  std::optional<std::string> set_target(unsigned map, const Bytes& key, std::uint32_t target);
  std::optional<Bytes> lookup(unsigned map, const Bytes& key);
  std::vector<Bytes> keys(unsigned map);

  const Object& object_;
  std::vector<int> fds_;
  unsigned cpu_, cpus_;
  Devices& devices_;
  std::map<unsigned, MapContents> targets_; // of redirect maps: only the host writes them
};

} // namespace pw::kernel
