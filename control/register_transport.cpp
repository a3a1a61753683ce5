// Operations through the registers of pw_<program>_axil (backends/verilog/README.md, "Control
// port").
#include "control/transport.h"
#include "support/control_format.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <map>
#include <stdexcept>

namespace pw::control {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t expected_id = 0x50575031;
constexpr std::uint32_t operation = 8; // in `command`
constexpr std::uint32_t under_way = 4; // in `status`
constexpr std::chrono::seconds patience{5};

// What a .sig.json says of the registers.
struct Signature {
  std::string description; // of the maps
  std::uint32_t program = 0;
  std::uint32_t bytes = 0; // of all registers
  std::map<std::string, std::uint32_t> offsets;
};

std::uint32_t number(const Json& json, const char* name, std::uint32_t least, std::uint32_t most) {
  const auto n = json.at(name).get<std::int64_t>();
  if (!json.at(name).is_number_integer() || n < least || n > most)
    throw std::out_of_range(std::string(name) + " has an impossible value");
  return std::uint32_t(n);
}

// Throws Json::exception or std::out_of_range.
Signature signature_of(const Json& json) {
  constexpr std::uint32_t any = 0xffffffff;
  const Json& registers = json.at("registers");
  Signature s;
  s.description = json.at("control").dump();
  s.bytes = 1u << number(registers, "address_bits", 2, 30);
  for (const Json& r : registers.at("list"))
    s.offsets[r.at("name")] = number(r, "offset", 0, s.bytes - 4) & ~3u;
  for (const char* needed : {"id", "program", "status", "host_row", "command", "data"})
    if (!s.offsets.contains(needed))
      throw std::out_of_range(std::string("there is no register ") + needed);
  s.program = number(registers, "program", 0, any);
  return s;
}

Signature read_signature(const std::string& path) {
  std::ifstream file(path);
  if (!file)
    throw ControlError(ENOENT, "the signature " + path + " can't be read");
  const Json json = Json::parse(file, nullptr, false);
  if (!json.is_object() || !json.contains("registers"))
    throw ControlError(EINVAL, path + " is not the .sig.json of a compile");
  if (!json.contains("control") || json["control"].is_null())
    throw ControlError(EOPNOTSUPP, "this pipeline takes no operations while packets flow: compile "
                                   "it with --control live");
  try {
    return signature_of(json);
  } catch (const std::exception& error) {
    throw ControlError(EINVAL,
                       path + " is not the .sig.json of a compile: " + std::string(error.what()));
  }
}

class RegisterTransport final : public Transport {
public:
  RegisterTransport(const pipewright_registers& registers, Signature signature)
      : registers_(registers), signature_(std::move(signature)) {
    if (get("id") != expected_id)
      throw ControlError(ENODEV, "there are no registers of a pipeline here");
    if (get("program") != signature_.program)
      throw ControlError(ENODEV, "the hardware runs another program than the signature says");
  }

  std::string description() override { return signature_.description; }
  void exchange(std::vector<Bytes>& operations) override {
    for (Bytes& one : operations)
      execute(one);
  }
  std::vector<Bytes> dump(std::uint32_t) override {
    throw ControlError(EOPNOTSUPP, "maps that packets can't reach are not dumped by registers");
  }
  bool reaches_held_maps() const override { return false; }

private:
  std::uint32_t offset(const std::string& name, unsigned word) const {
    const std::uint64_t at = std::uint64_t{signature_.offsets.at(name)} + std::uint64_t{4} * word;
    if (at + 4 > signature_.bytes)
      throw ControlError(EMSGSIZE, "an operation is longer than register " + name);
    return std::uint32_t(at);
  }
  std::uint32_t get(const std::string& name, unsigned word = 0) {
    std::uint32_t value = 0;
    if (const int error = registers_.read(registers_.context, offset(name, word), &value))
      throw ControlError(-error, "register " + name + " can't be read");
    return value;
  }
  void put(const std::string& name, std::uint32_t value, unsigned word = 0) {
    if (const int error = registers_.write(registers_.context, offset(name, word), value))
      throw ControlError(-error, "register " + name + " can't be written");
  }
  void wait();
  void execute(Bytes&);

  pipewright_registers registers_;
  Signature signature_;
};

// Packets that nobody takes at the output hold operations up, too.
void RegisterTransport::wait() {
  const auto end = std::chrono::steady_clock::now() + patience;
  while ((get("status") & under_way) != 0)
    if (std::chrono::steady_clock::now() > end)
      throw ControlError(ETIMEDOUT, "an operation doesn't end: does anybody take the packets that "
                                    "leave?");
}

void RegisterTransport::execute(Bytes& bytes) {
  wait();
  const std::size_t length = bytes.size();
  const unsigned words = unsigned((length + 3) / 4);
  bytes.resize(4 * words);
  for (unsigned i = 0; i < words; ++i)
    put("data", get32(&bytes[4 * i]), i);
  put("host_row", std::uint32_t(length));
  put("command", operation);
  wait();
  for (unsigned i = 0; i < words; ++i) {
    const std::uint32_t word = get("data", i);
    for (unsigned b = 0; b < 4; ++b)
      bytes[4 * i + b] = std::uint8_t(word >> 8 * b);
  }
  bytes.resize(length);
}

// The registers in memory: each access is one of 32 bits.
class Mapping {
public:
  Mapping(const std::string& file, std::size_t bytes) : bytes_(bytes) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_SYNC | O_CLOEXEC);
    if (descriptor < 0)
      throw ControlError(errno, "can't open " + file);
    const bool there = holds(descriptor, bytes);
    base_ = there ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
                  : MAP_FAILED;
    const int error = there ? errno : EINVAL;
    ::close(descriptor);
    if (base_ == MAP_FAILED)
      throw ControlError(error, there ? "can't map " + file
                                      : file + " is smaller than the registers, which have " +
                                            std::to_string(bytes) + " bytes");
  }
  ~Mapping() { ::munmap(base_, bytes_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  volatile std::uint32_t* at(std::uint32_t offset) {
    return static_cast<volatile std::uint32_t*>(base_) + offset / 4;
  }
  pipewright_registers functions() {
    return {[](void* self, std::uint32_t offset, std::uint32_t* value) {
              *value = *static_cast<Mapping*>(self)->at(offset);
              return 0;
            },
            [](void* self, std::uint32_t offset, std::uint32_t value) {
              *static_cast<Mapping*>(self)->at(offset) = value;
              return 0;
            },
            this};
  }

private:
  // What is mapped behind the end of a file ends the process; devices say no size.
  static bool holds(int descriptor, std::size_t bytes) {
    struct stat what = {};
    return ::fstat(descriptor, &what) != 0 || !S_ISREG(what.st_mode) ||
           std::size_t(what.st_size) >= bytes;
  }

  void* base_ = nullptr;
  std::size_t bytes_;
};

class MappedTransport final : public Transport {
public:
  MappedTransport(const std::string& file, const Signature& signature)
      : mapping_(file, signature.bytes), inner_(mapping_.functions(), signature) {}
  std::string description() override { return inner_.description(); }
  void exchange(std::vector<Bytes>& operations) override { inner_.exchange(operations); }
  std::vector<Bytes> dump(std::uint32_t map) override { return inner_.dump(map); }
  bool reaches_held_maps() const override { return false; }

private:
  Mapping mapping_;
  RegisterTransport inner_;
};

} // namespace

std::unique_ptr<Transport> open_registers(const std::string& file, const std::string& signature) {
  return std::make_unique<MappedTransport>(file, read_signature(signature));
}

std::unique_ptr<Transport> open_functions(const pipewright_registers& registers,
                                          const std::string& signature) {
  return std::make_unique<RegisterTransport>(registers, read_signature(signature));
}

} // namespace pw::control
