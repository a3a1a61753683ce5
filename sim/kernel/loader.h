// Loads the program with libbpf, calls of the environment's helpers replaced (stubs.h).
#pragma once

#include "frontend/object/object.h"
#include "sim/kernel/stubs.h"

#include <bpf/libbpf.h>

#include <memory>
#include <span>

namespace pw::kernel {

struct LoadRequest {
  const Object& object;
  const Program& program;
  bool fixed_cpu = false; // the machine has no processor of the wanted number
};

class LoadedProgram {
public:
  // Throws Failure: PW-ENG-002 without the right to, PW-ENG-003 with the verifier's last words.
  explicit LoadedProgram(const LoadRequest&);
  LoadedProgram(const LoadedProgram&) = delete;
  LoadedProgram& operator=(const LoadedProgram&) = delete;
  ~LoadedProgram();

  int program_fd() const { return program_fd(program_name_); }
  int program_fd(const std::string& name) const;               // -1: not loaded
  const std::vector<int>& map_fds() const { return map_fds_; } // as Object::maps; -1: none
  Exchange& exchange() { return *exchange_; }
  // Index into Object::maps + 1 of the map whose kernel address was recorded; 0 = none.
  std::uint32_t map_at(std::uint64_t address) const;

private:
  void make_exchange();
  void register_handlers(const LoadRequest&);
  void open(const LoadRequest&);
  void load(const LoadRequest&);
  void set_sizes(const Object&);
  void set_inner(bpf_map* outer, const bpf_map* inner, const MapDefinition& wanted);
  int create_added(const MapDefinition&);
  void learn_addresses();
  void learn_addresses(std::span<const unsigned> maps);

  std::string program_name_;
  bool tc_;
  std::unique_ptr<bpf_object, void (*)(bpf_object*)> object_{nullptr, bpf_object__close};
  std::vector<int> handlers_;
  std::vector<int> map_fds_;
  std::vector<unsigned> observed_;       // maps that stubs record by their address
  std::vector<std::uint64_t> addresses_; // as Object::maps; 0: not known
  std::vector<int> added_fds_;           // of map_fds_, those of maps that the file doesn't have
  std::pair<std::uint32_t, std::uint32_t> inner_types_; // BTF of the key and value of inner maps
  int exchange_fd_ = -1;
  Exchange* exchange_ = nullptr;
};

} // namespace pw::kernel
