#include "sim/kernel/kernel_maps.h"

#include "sim/kernel/bloom_reader.h"
#include "sim/maps/bloom.h"
#include "sim/maps/contents.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pw::kernel {

namespace {
[[noreturn]] void fail(const MapDefinition& map, const std::string& what) {
  throw Failure(diagnose("PW-ENG-005", "map '" + map.name + "' of the kernel: " + what + ": " +
                                           std::strerror(errno)));
}

constexpr std::uint32_t cpumap_queue = 192; // entries of a cpumap's queue; any legal size
} // namespace

KernelMaps::KernelMaps(const Object& object, std::vector<int> fds, unsigned cpu, Devices& devices,
                       ProgramFd program_fd)
    : object_(object), fds_(std::move(fds)), cpu_(cpu),
      cpus_(static_cast<unsigned>(std::max(1, libbpf_num_possible_cpus()))), devices_(devices),
      program_fd_(std::move(program_fd)) {
  for (unsigned i = 0; i < object_.maps.size(); ++i)
    if (is_program_map(object_.maps[i].type) && fds_[i] >= 0)
      fill_programs(i, initial_contents(object_.maps[i]));
  for (unsigned i = 0; i < object_.maps.size(); ++i)
    if (object_.maps[i].inner && fds_[i] >= 0)
      fill_inner(i, initial_contents(object_, object_.maps[i]));
}

// Bytes of one value as system calls see it: per-CPU maps have one for each CPU, rounded up to 8.
std::size_t KernelMaps::slot_size(const MapDefinition& map) const {
  return is_per_cpu_map(map.type) ? (map.value_size + 7) / 8 * 8 : map.value_size;
}

void KernelMaps::update(unsigned index, const Bytes& key, const Bytes& value) {
  const MapDefinition& map = object_.maps[index];
  const std::size_t slot = slot_size(map);
  Bytes all(is_per_cpu_map(map.type) ? slot * cpus_ : slot);
  const std::size_t at = is_per_cpu_map(map.type) ? slot * cpu_ : 0;
  std::copy(value.begin(), value.end(), all.begin() + static_cast<std::ptrdiff_t>(at));
  if (bpf_map_update_elem(fds_[index], key.data(), all.data(), BPF_ANY) != 0)
    fail(map, "update");
}

std::optional<KernelMaps::Bytes> KernelMaps::lookup(unsigned index, const Bytes& key) {
  const MapDefinition& map = object_.maps[index];
  const std::size_t slot = slot_size(map);
  Bytes all(is_per_cpu_map(map.type) ? slot * cpus_ : slot);
  if (bpf_map_lookup_elem(fds_[index], key.data(), all.data()) != 0)
    return std::nullopt;
  const auto begin =
      all.begin() + static_cast<std::ptrdiff_t>(is_per_cpu_map(map.type) ? slot * cpu_ : 0);
  return Bytes(begin, begin + map.value_size);
}

std::vector<KernelMaps::Bytes> KernelMaps::keys(unsigned index) {
  std::vector<Bytes> all;
  Bytes next(object_.maps[index].key_size);
  const void* previous = nullptr;
  while (bpf_map_get_next_key(fds_[index], previous, next.data()) == 0) {
    all.push_back(next);
    previous = all.back().data(); // the vectors' own memory stays where it is
  }
  return all;
}

void KernelMaps::replace(unsigned index, const MapContents& given) {
  const MapDefinition& map = object_.maps[index];
  if (map.global == GlobalData::Rodata)
    return; // frozen; check_maps has seen that it is as the object says
  if (is_array_map(map.type))
    fill_array(index, given);
  else if (is_keyed_map(map.type))
    fill_hash(index, given);
  else if (is_program_map(map.type))
    fill_programs(index, given);
  else if (map.inner)
    fill_inner(index, given);
  else if (is_queue_map(map.type))
    fill_queue(index, given);
  else if (is_bloom_map(map.type))
    fill_filter(index, given);
  else
    fill_redirect(index, given);
}

void KernelMaps::fill_array(unsigned index, const MapContents& given) {
  const MapDefinition& map = object_.maps[index];
  const Bytes zeros(map.value_size);
  for (std::uint32_t slot = 0; slot < map.max_entries; ++slot) {
    const Bytes key = index_key(slot);
    const auto entry = given.find(key);
    update(index, key, entry == given.end() ? zeros : entry->second);
  }
}

void KernelMaps::fill_hash(unsigned index, const MapContents& given) {
  for (const Bytes& key : keys(index))
    if (bpf_map_delete_elem(fds_[index], key.data()) != 0)
      fail(object_.maps[index], "delete");
  for (const auto& [key, value] : given)
    update(index, key, value);
}

void KernelMaps::fill_redirect(unsigned index, const MapContents& given) {
  const MapDefinition& map = object_.maps[index];
  for (const auto& [key, value] : targets_[index])
    bpf_map_delete_elem(fds_[index], key.data());
  for (const auto& [key, value] : given)
    if (const auto problem = set_target(index, key, key_index(value)))
      throw Failure(diagnose(
          "PW-ENG-004", "map '" + map.name + "' can't be filled in the kernel here: " + *problem));
  targets_[index] = given;
}

void KernelMaps::fill_programs(unsigned index, const MapContents& given) {
  const MapDefinition& map = object_.maps[index];
  for (std::uint32_t slot = 0; slot < map.max_entries; ++slot)
    bpf_map_delete_elem(fds_[index], index_key(slot).data()); // libbpf has filled some
  for (const auto& [key, value] : given) {
    const std::string name(value.begin(), value.end());
    const int fd = program_fd_(name);
    if (fd < 0)
      throw Failure(diagnose("PW-ENG-004", "map '" + map.name +
                                               "' can't be filled in the kernel: "
                                               "program '" +
                                               name + "' was not loaded")
                        .help("name it before loading: --slot MAP:INDEX=PROGRAM"));
    if (bpf_map_update_elem(fds_[index], key.data(), &fd, BPF_ANY) != 0)
      fail(map, "program '" + name + "'");
  }
  targets_[index] = given;
}

void KernelMaps::fill_inner(unsigned index, const MapContents& given) {
  const MapDefinition& map = object_.maps[index];
  for (const auto& [key, name] : inner_contents(index))
    if (bpf_map_delete_elem(fds_[index], key.data()) != 0)
      fail(map, "delete");
  for (const auto& [key, value] : given) {
    const std::string name(value.begin(), value.end());
    const auto inner = std::ranges::find(object_.maps, name, &MapDefinition::name);
    const int fd = fds_[static_cast<std::size_t>(inner - object_.maps.begin())];
    if (bpf_map_update_elem(fds_[index], key.data(), &fd, BPF_ANY) != 0)
      fail(map, "map '" + name + "'");
  }
}

// A look-up by system call gives the id of the map.
MapContents KernelMaps::inner_contents(unsigned index) {
  const MapDefinition& map = object_.maps[index];
  std::map<std::uint32_t, std::string> names;
  for (const unsigned i : map.inner_maps) {
    bpf_map_info info{};
    std::uint32_t size = sizeof info;
    if (fds_[i] >= 0 && bpf_obj_get_info_by_fd(fds_[i], &info, &size) == 0)
      names[info.id] = object_.maps[i].name;
  }
  MapContents all;
  for (const Bytes& key : keys(index)) {
    std::uint32_t id = 0;
    if (bpf_map_lookup_elem(fds_[index], key.data(), &id) == 0 && id != 0)
      all.emplace(key, Bytes(names[id].begin(), names[id].end()));
  }
  return all;
}

void KernelMaps::fill_queue(unsigned index, const MapContents& given) {
  const MapDefinition& map = object_.maps[index];
  Bytes gone(map.value_size);
  while (bpf_map_lookup_and_delete_elem(fds_[index], nullptr, gone.data()) == 0) {
  }
  std::vector<const Bytes*> values;
  for (const auto& [place, value] : given)
    values.push_back(&value);
  if (map.type == BPF_MAP_TYPE_STACK)
    std::ranges::reverse(values);
  for (const Bytes* value : values)
    if (bpf_map_update_elem(fds_[index], nullptr, value->data(), BPF_ANY) != 0)
      fail(map, "push");
}

// It can only be seen by taking it out.
MapContents KernelMaps::queue_contents(unsigned index) {
  const MapDefinition& map = object_.maps[index];
  MapContents all;
  Bytes value(map.value_size);
  while (bpf_map_lookup_and_delete_elem(fds_[index], nullptr, value.data()) == 0)
    all.emplace(place_key(static_cast<std::uint32_t>(all.size())), value);
  fill_queue(index, all);
  return all;
}

// Values can be put in; bits can't, nor can any be taken out.
void KernelMaps::fill_filter(unsigned index, const MapContents& given) {
  const MapDefinition& map = object_.maps[index];
  for (const auto& [key, value] : given)
    if (is_pushed_key(key) && bpf_map_update_elem(fds_[index], nullptr, value.data(), BPF_ANY) != 0)
      fail(map, "push");
  if (read_bloom_filter(fds_[index], map) != bloom_bits(map, given))
    throw Failure(diagnose("PW-ENG-004", "the kernel's Bloom filter '" + map.name +
                                             "' can be given values, but not bits, and never "
                                             "loses any")
                      .help("give it {\"value\": ...} in the map file"));
}

std::optional<std::string> KernelMaps::set_target(unsigned index, const Bytes& key,
                                                  std::uint32_t target) {
  const MapDefinition& map = object_.maps[index];
  Bytes value(std::max<std::size_t>(map.value_size, 8));
  std::uint32_t word = target;
  if (map.type == BPF_MAP_TYPE_CPUMAP) {
    word = cpumap_queue;
  } else if (map.type == BPF_MAP_TYPE_XSKMAP) {
    const int socket = devices_.xdp_socket();
    if (socket < 0)
      return std::string("AF_XDP: ") + std::strerror(-socket);
    word = static_cast<std::uint32_t>(socket);
  } else if (const auto problem = devices_.ensure(target)) {
    return problem;
  }
  std::memcpy(value.data(), &word, sizeof word);
  if (bpf_map_update_elem(fds_[index], key.data(), value.data(), BPF_ANY) == 0)
    return std::nullopt;
  const int reason = errno;
  // In a cpumap the key is the CPU, and Linux has entries only for those that the machine can have.
  const bool cpu = map.type == BPF_MAP_TYPE_CPUMAP;
  return (cpu ? "CPU " + std::to_string(key_index(key)) : "target " + std::to_string(target)) +
         ": " + std::strerror(reason);
}

MapContents KernelMaps::contents(unsigned index) {
  const MapDefinition& map = object_.maps[index];
  if (is_redirect_map(map.type) || is_program_map(map.type))
    return targets_[index];
  if (map.inner)
    return inner_contents(index);
  if (is_queue_map(map.type))
    return queue_contents(index);
  if (is_bloom_map(map.type))
    return read_bloom_filter(fds_[index], map);
  MapContents all;
  if (is_array_map(map.type)) {
    for (std::uint32_t slot = 0; slot < map.max_entries; ++slot) {
      auto value = lookup(index, index_key(slot));
      if (!value)
        fail(map, "lookup");
      all.emplace(index_key(slot), std::move(*value));
    }
    return all;
  }
  for (const Bytes& key : keys(index))
    if (auto value = lookup(index, key))
      all.emplace(key, std::move(*value));
  return all;
}

} // namespace pw::kernel
