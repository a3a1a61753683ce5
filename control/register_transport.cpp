// Operations through the registers of pw_<program>_axil (backends/verilog/README.md, "Control
// port").
#include "control/transport.h"
#include "support/control_format.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <map>

namespace pw::control {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t expected_id = 0x50575031;
constexpr std::uint32_t operation = 8; // in `command`
constexpr std::uint32_t under_way = 4; // in `status`
constexpr std::chrono::seconds patience{5};

Json read_signature(const std::string& path) {
  std::ifstream file(path);
  if (!file)
    throw ControlError(ENOENT, "the signature " + path + " can't be read");
  const Json json = Json::parse(file, nullptr, false);
  if (json.is_discarded() || !json.contains("registers"))
    throw ControlError(EINVAL, path + " is not the .sig.json of a compile");
  if (!json.contains("control") || json["control"].is_null())
    throw ControlError(EOPNOTSUPP, "this pipeline takes no operations while packets flow: compile "
                                   "it with --control live");
  return json;
}

class RegisterTransport final : public Transport {
public:
  RegisterTransport(const pipewright_registers& registers, const std::string& signature)
      : registers_(registers), signature_(read_signature(signature)) {
    for (const Json& r : signature_["registers"]["list"])
      offsets_[r["name"]] = r["offset"];
    if (get("id") != expected_id)
      throw ControlError(ENODEV, "there are no registers of a pipeline here");
    if (get("program") != signature_["registers"]["program"].get<std::uint32_t>())
      throw ControlError(ENODEV, "the hardware runs another program than " + signature);
  }

  std::string description() override { return signature_["control"].dump(); }
  void exchange(std::vector<Bytes>& operations) override {
    for (Bytes& one : operations)
      execute(one);
  }
  std::vector<Bytes> dump(std::uint32_t) override {
    throw ControlError(EOPNOTSUPP, "maps that packets can't reach are not dumped by registers");
  }
  bool reaches_held_maps() const override { return false; }

private:
  std::uint32_t get(const std::string& name, unsigned word = 0) {
    std::uint32_t value = 0;
    if (const int error = registers_.read(registers_.context, offsets_.at(name) + 4 * word, &value))
      throw ControlError(-error, "register " + name + " can't be read");
    return value;
  }
  void put(const std::string& name, std::uint32_t value, unsigned word = 0) {
    if (const int error = registers_.write(registers_.context, offsets_.at(name) + 4 * word, value))
      throw ControlError(-error, "register " + name + " can't be written");
  }
  void wait();
  void execute(Bytes&);

  pipewright_registers registers_;
  Json signature_;
  std::map<std::string, std::uint32_t> offsets_;
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
    base_ = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    const int error = errno;
    ::close(descriptor);
    if (base_ == MAP_FAILED)
      throw ControlError(error, "can't map " + file);
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
  void* base_ = nullptr;
  std::size_t bytes_;
};

class MappedTransport final : public Transport {
public:
  MappedTransport(const std::string& file, const std::string& signature)
      : mapping_(file, std::size_t{1}
                           << read_signature(signature)["registers"]["address_bits"].get<int>()),
        inner_(mapping_.functions(), signature) {}
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
  return std::make_unique<MappedTransport>(file, signature);
}

std::unique_ptr<Transport> open_functions(const pipewright_registers& registers,
                                          const std::string& signature) {
  return std::make_unique<RegisterTransport>(registers, signature);
}

} // namespace pw::control
