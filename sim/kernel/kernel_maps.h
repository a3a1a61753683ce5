// Maps of the kernel, filled and read by system calls.
#pragma once

#include "sim/engine.h"
#include "sim/kernel/devices.h"

#include <functional>

namespace pw::kernel {

class KernelMaps {
public:
  using ProgramFd = std::function<int(const std::string& name)>; // -1: not loaded

  // fds as Object::maps; cpu: whose value of a per-CPU map counts. Fills program arrays and maps of
  // maps as the object says.
  KernelMaps(const Object&, std::vector<int> fds, unsigned cpu, Devices&, ProgramFd);

  // Throws Failure PW-ENG-004 for targets that can't exist here, PW-ENG-005 if a system call fails.
  void replace(unsigned map, const MapContents&);
  MapContents contents(unsigned map);
  std::size_t entries(unsigned map) { return keys(map).size(); } // of a hash

private:
  using Bytes = std::vector<std::uint8_t>;

  std::size_t slot_size(const MapDefinition&) const;
  void update(unsigned map, const Bytes& key, const Bytes& value);
  void fill_array(unsigned map, const MapContents&);
  void fill_hash(unsigned map, const MapContents&);
  void fill_redirect(unsigned map, const MapContents&);
  void fill_programs(unsigned map, const MapContents&);
  void fill_inner(unsigned map, const MapContents&);
  MapContents inner_contents(unsigned map);
  void fill_queue(unsigned map, const MapContents&);
  MapContents queue_contents(unsigned map);
  void fill_filter(unsigned map, const MapContents&);
  std::optional<std::string> set_target(unsigned map, const Bytes& key, std::uint32_t target);
  std::optional<Bytes> lookup(unsigned map, const Bytes& key);
  std::vector<Bytes> keys(unsigned map);

  const Object& object_;
  std::vector<int> fds_;
  unsigned cpu_, cpus_;
  Devices& devices_;
  ProgramFd program_fd_;
  std::map<unsigned, MapContents> targets_; // of redirect maps and program arrays: only the host
                                            // writes them
};

} // namespace pw::kernel
