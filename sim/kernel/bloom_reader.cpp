#include "sim/kernel/bloom_reader.h"

#include "sim/kernel/assembler.h"
#include "sim/maps/bloom.h"
#include "sim/maps/contents.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

namespace pw::kernel {

namespace {

struct Window { // the value of an array map
  static constexpr unsigned words = 960;
  std::uint64_t address, offset, result;
  std::array<std::array<std::uint8_t, 4>, words> bits;
};

[[noreturn]] void fail(const MapDefinition& map, int error) {
  throw Failure(diagnose("PW-ENG-005", "map '" + map.name +
                                           "' of the kernel: its bits: " + std::strerror(error)));
}

// Offset of the bits in the kernel's structure.
std::uint64_t find_bits(const MapDefinition& map) {
  const std::unique_ptr<btf, void (*)(btf*)> types(btf__load_vmlinux_btf(), btf__free);
  const int id =
      types ? btf__find_by_name_kind(types.get(), "bpf_bloom_filter", BTF_KIND_STRUCT) : -1;
  if (id >= 0) {
    const btf_type* type = btf__type_by_id(types.get(), static_cast<std::uint32_t>(id));
    for (unsigned i = 0; i < btf_vlen(type); ++i)
      if (const char* name = btf__name_by_offset(types.get(), btf_members(type)[i].name_off);
          name != nullptr && std::strcmp(name, "bitset") == 0)
        return btf_member_bit_offset(type, i) / 8;
  }
  throw Failure(diagnose("PW-ENG-004", "the kernel doesn't tell where the bits of Bloom filter '" +
                                           map.name + "' are")
                    .breaks("they can be read only with the kernel's BTF"));
}

class Reader {
public:
  Reader(int fd, const MapDefinition& map) : map_(map), first_(find_bits(map)) {
    LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
    window_fd_ = bpf_map_create(BPF_MAP_TYPE_ARRAY, "pw_window", 4, sizeof(Window), 1, &options);
    void* memory = window_fd_ < 0 ? MAP_FAILED
                                  : ::mmap(nullptr, sizeof(Window), PROT_READ | PROT_WRITE,
                                           MAP_SHARED, window_fd_, 0);
    if (memory != MAP_FAILED)
      window_ = static_cast<Window*>(memory);
    const Code code = program(fd);
    program_fd_ = window_ == nullptr ? -1
                                     : bpf_prog_load(BPF_PROG_TYPE_XDP, "pw_bits", "GPL",
                                                     code.data(), code.size(), nullptr);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() {
    if (program_fd_ >= 0)
      ::close(program_fd_);
    if (window_ != nullptr)
      ::munmap(window_, sizeof *window_);
    if (window_fd_ >= 0)
      ::close(window_fd_);
  }

  MapContents read() {
    if (program_fd_ < 0)
      fail(map_, errno);
    MapContents contents;
    const std::uint32_t words = bloom_words(map_.max_entries, map_.extra);
    for (std::uint32_t first = 0; first < words; first += Window::words) {
      load(first_ + std::uint64_t{first} * 4);
      for (std::uint32_t i = 0; i < Window::words && first + i < words; ++i)
        if (const auto& word = window_->bits[i]; word != std::array<std::uint8_t, 4>{})
          contents.emplace(place_key(first + i), std::vector(word.begin(), word.end()));
    }
    return contents;
  }

private:
  // Copies from the map's address + Window::offset.
  Code program(int fd) const {
    Assembler a(window_fd_);
    a.exchange(R1).map(R3, fd).store64(R1, offsetof(Window, address), R3);
    a.load64(R3, R1, offsetof(Window, address)).load64(R4, R1, offsetof(Window, offset));
    a.op64_reg(BPF_ADD, R3, R4).op64(BPF_ADD, R1, offsetof(Window, bits));
    a.op64(BPF_MOV, R2, sizeof(Window::bits)).call(BPF_FUNC_probe_read_kernel);
    a.exchange(R1).store64(R1, offsetof(Window, result), R0);
    return a.op64(BPF_MOV, R0, 0).exit().take();
  }

  void load(std::uint64_t offset) {
    window_->offset = offset;
    std::array<std::uint8_t, 64> frame{};
    LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.data(), .data_size_in = frame.size());
    if (const int error = bpf_prog_test_run_opts(program_fd_, &run); error != 0)
      fail(map_, -error);
    if (window_->result != 0)
      fail(map_, EFAULT);
  }

  const MapDefinition& map_;
  std::uint64_t first_;
  int window_fd_ = -1, program_fd_ = -1;
  Window* window_ = nullptr;
};

} // namespace

MapContents read_bloom_filter(int fd, const MapDefinition& map) { return Reader(fd, map).read(); }

} // namespace pw::kernel
