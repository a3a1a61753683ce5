#include "tests/frontend/lift/lifted_engine.h"

#include "sim/maps/contents.h"
#include "sim/trace_format.h"

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/TargetSelect.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace pw {
namespace {

constexpr std::size_t origin = 512; // of coordinate 0 in the packet's memory

// What the compiled program sees of the host.
struct Host {
  std::array<std::uint8_t, 66048> packet{};
  std::vector<MapContents*> maps; // by index in the object; nullptr: has no contents
  std::vector<const MapDefinition*> definitions;
  std::vector<std::vector<std::uint8_t>> detached; // elements whose key has another one, or none
  Environment environment;
  std::uint32_t length = 0, index = 0;
  std::uint64_t time = 0;
  const std::vector<std::string>* formats = nullptr;
  std::vector<std::string> trace;
  std::vector<Event> events;
  struct {
    std::uint32_t retval, head, tail, fill, trap, redirect_map, redirect_key, redirect_ifindex;
    std::uint64_t redirect_flags;
  } exit{};
};

Host* host = nullptr; // of the program that runs

std::uint32_t host_length() { return host->length; }
std::uint32_t host_ifindex() { return host->environment.ifindex; }
std::uint32_t host_rxq() { return host->environment.rx_queue; }
std::uint32_t host_cpu() { return host->environment.cpu; }
std::uint32_t host_seed() { return host->environment.seed; }
std::uint32_t host_index() { return host->index; }
std::uint64_t host_time() { return host->time; }

std::vector<std::uint8_t> host_key(std::uint32_t map, const std::uint8_t* key) {
  return {key, key + host->definitions.at(map)->key_size};
}

std::uint32_t prefix_length(const std::uint8_t* key) {
  return key[0] | key[1] << 8 | key[2] << 16 | std::uint32_t(key[3]) << 24;
}

// Does the key begin with the prefix? Both are its length and then the bytes.
bool begins_with(const std::uint8_t* key, const std::uint8_t* prefix) {
  const std::uint32_t length = prefix_length(prefix);
  for (std::uint32_t bit = 0; bit < length; ++bit)
    if ((key[4 + bit / 8] ^ prefix[4 + bit / 8]) & (0x80 >> bit % 8))
      return false;
  return length <= prefix_length(key);
}

void* find_longest(MapContents& contents, const MapDefinition& m, const std::uint8_t* key) {
  if (prefix_length(key) > 8 * (m.key_size - 4))
    return nullptr;
  void* best = nullptr;
  std::uint32_t longest = 0;
  for (auto& [prefix, value] : contents)
    if (begins_with(key, prefix.data()) && (!best || prefix_length(prefix.data()) > longest)) {
      best = value.data();
      longest = prefix_length(prefix.data());
    }
  return best;
}

void* host_find(std::uint32_t map, const std::uint8_t* key) {
  MapContents& contents = *host->maps.at(map);
  if (host->definitions[map]->type == BPF_MAP_TYPE_LPM_TRIE)
    return find_longest(contents, *host->definitions[map], key);
  const auto found = contents.find(host_key(map, key));
  return found == contents.end() ? nullptr : found->second.data();
}

// The entry of just this prefix, whatever the bits behind it.
MapContents::iterator same_prefix(MapContents& contents, const std::uint8_t* key) {
  return std::ranges::find_if(contents, [&](const auto& entry) {
    return prefix_length(entry.first.data()) == prefix_length(key) &&
           begins_with(key, entry.first.data());
  });
}

MapContents::iterator find_exact(std::uint32_t map, const std::uint8_t* key) {
  MapContents& contents = *host->maps.at(map);
  return host->definitions[map]->type == BPF_MAP_TYPE_LPM_TRIE ? same_prefix(contents, key)
                                                               : contents.find(host_key(map, key));
}

bool bad_prefix(std::uint32_t map, const std::uint8_t* key) {
  const MapDefinition& m = *host->definitions[map];
  return m.type == BPF_MAP_TYPE_LPM_TRIE && prefix_length(key) > 8 * (m.key_size - 4);
}

// Without eviction: LRU maps are to be large enough.
std::int64_t host_update(std::uint32_t map, const std::uint8_t* key, const std::uint8_t* value,
                         std::uint64_t flags) {
  MapContents& contents = *host->maps.at(map);
  const MapDefinition& m = *host->definitions[map];
  if (bad_prefix(map, key))
    return -EINVAL;
  const auto found = find_exact(map, key);
  const bool trie = m.type == BPF_MAP_TYPE_LPM_TRIE;
  if (flags > BPF_EXIST)
    throw std::logic_error("flags that the program should have dealt with");
  if (found != contents.end() && flags == BPF_NOEXIST)
    return -EEXIST;
  if (found == contents.end() && flags == BPF_EXIST)
    return -ENOENT;
  if (found == contents.end() && contents.size() >= m.max_entries)
    return trie ? -ENOSPC : -E2BIG;
  std::vector<std::uint8_t> fresh(value, value + m.value_size);
  const bool in_place =
      m.type == BPF_MAP_TYPE_PERCPU_HASH || m.type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
  if (found == contents.end()) {
    contents.emplace(host_key(map, key), std::move(fresh));
  } else if (in_place) {
    std::ranges::copy(fresh, found->second.begin());
  } else if (trie) { // with the bits behind the prefix as they are now
    host->detached.push_back(std::move(contents.extract(found).mapped()));
    contents.emplace(host_key(map, key), std::move(fresh));
  } else {
    found->second.swap(fresh);
    host->detached.push_back(std::move(fresh));
  }
  return 0;
}

std::int64_t host_delete(std::uint32_t map, const std::uint8_t* key) {
  MapContents& contents = *host->maps.at(map);
  if (bad_prefix(map, key))
    return -EINVAL;
  const auto found = find_exact(map, key);
  if (found == contents.end())
    return -ENOENT;
  auto element = contents.extract(found);
  host->detached.push_back(std::move(element.mapped()));
  return 0;
}

void host_trace(std::uint32_t format, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  const std::array<std::uint64_t, 3> numbers{a, b, c};
  host->trace.push_back(format_trace(host->formats->at(format), numbers).value_or("?"));
}

void host_event(std::uint32_t map, std::uint32_t length, std::uint32_t copied, std::int32_t head,
                const std::uint8_t* record) {
  Event event{host->definitions.at(map)->name, {record, record + length}};
  const std::uint8_t* first = host->packet.data() + origin + head;
  event.bytes.insert(event.bytes.end(), first, first + copied);
  host->events.push_back(std::move(event));
}

void host_exit(std::uint32_t retval, std::uint32_t head, std::uint32_t tail, std::uint32_t fill,
               std::uint32_t trap, std::uint32_t map, std::uint32_t key, std::uint32_t ifindex,
               std::uint64_t flags) {
  host->exit = {retval, head, tail, fill, trap, map, key, ifindex, flags};
}

// Calls of one host function each, with the number of the map or format as an argument; keys and
// values in memory.
class Numbered {
public:
  explicit Numbered(llvm::Module& m) : m_(m), b_(m.getContext()) {}

  void define() {
    for (llvm::Function& f : m_)
      for (const auto& [prefix, host] : hosts)
        if (f.getName().starts_with(prefix))
          define(f, host);
    for (llvm::Function& f : m_)
      if (f.getName().starts_with("pw.event.") || f.getName().starts_with("pw.sample."))
        define_event(f);
  }

private:
  static constexpr std::array<std::pair<const char*, const char*>, 5> hosts = {
      {{"pw.map.find.", "host.find"},
       {"pw.map.value.", "host.find"},
       {"pw.map.update.", "host.update"},
       {"pw.map.delete.", "host.delete"},
       {"pw.trace.", "host.trace"}}};

  void define(llvm::Function& f, const char* host) {
    unsigned number = 0;
    f.getName().substr(f.getName().rfind('.') + 1).getAsInteger(10, number);
    const bool trace = f.getName().starts_with("pw.trace.");
    f.setMemoryEffects(llvm::MemoryEffects::unknown());
    b_.SetInsertPoint(llvm::BasicBlock::Create(m_.getContext(), "", &f));
    std::vector<llvm::Value*> given{b_.getInt32(number)};
    for (llvm::Argument& a : f.args()) // flags come last, as a number
      given.push_back(trace || a.getArgNo() == 2 ? &a : in_memory(&a));
    if (f.arg_empty())
      given.push_back(in_memory(b_.getInt32(0)));
    std::vector<llvm::Type*> types;
    for (llvm::Value* v : given)
      types.push_back(v->getType());
    auto callee =
        m_.getOrInsertFunction(host, llvm::FunctionType::get(f.getReturnType(), types, false));
    llvm::CallInst* call = b_.CreateCall(callee, given);
    if (trace)
      b_.CreateRetVoid();
    else
      b_.CreateRet(call);
  }

  // pw.event.M.K(length, ...) and pw.sample.M.K(length, copied, head, ...).
  void define_event(llvm::Function& f) {
    const bool sample = f.getName().starts_with("pw.sample.");
    unsigned map = 0, bytes = 0;
    f.getName().rsplit('.').first.rsplit('.').second.getAsInteger(10, map);
    f.setMemoryEffects(llvm::MemoryEffects::unknown());
    b_.SetInsertPoint(llvm::BasicBlock::Create(m_.getContext(), "", &f));
    llvm::Value* record = b_.CreateAlloca(b_.getInt8Ty(), b_.getInt32(2048));
    for (unsigned a = sample ? 3 : 1; a < f.arg_size(); ++a) {
      b_.CreateAlignedStore(f.getArg(a), b_.CreateConstGEP1_32(b_.getInt8Ty(), record, bytes),
                            llvm::Align(1));
      bytes += f.getArg(a)->getType()->getIntegerBitWidth() / 8;
    }
    llvm::Value* none = b_.getInt32(0);
    std::vector<llvm::Value*> given{b_.getInt32(map), f.getArg(0), sample ? f.getArg(1) : none,
                                    sample ? f.getArg(2) : none, record};
    std::vector<llvm::Type*> types;
    for (llvm::Value* v : given)
      types.push_back(v->getType());
    b_.CreateCall(
        m_.getOrInsertFunction("host.event", llvm::FunctionType::get(b_.getVoidTy(), types, false)),
        given);
    b_.CreateRetVoid();
  }

  llvm::Value* in_memory(llvm::Value* v) {
    llvm::Value* memory = b_.CreateAlloca(v->getType());
    b_.CreateStore(v, memory);
    return memory;
  }

  llvm::Module& m_;
  llvm::IRBuilder<> b_;
};

// The compiler would call a library for what is not aligned.
void align_atomics(llvm::Module& m) {
  for (llvm::Instruction& i : llvm::instructions(*m.getFunction("pw.program"))) {
    if (auto* rmw = llvm::dyn_cast<llvm::AtomicRMWInst>(&i))
      rmw->setAlignment(llvm::Align(rmw->getType()->getIntegerBitWidth() / 8));
    if (auto* exchange = llvm::dyn_cast<llvm::AtomicCmpXchgInst>(&i))
      exchange->setAlignment(
          llvm::Align(exchange->getNewValOperand()->getType()->getIntegerBitWidth() / 8));
  }
}

class LiftedEngine : public Engine {
public:
  LiftedEngine(const EngineInput& input, const LiftOptions& options)
      : object_(*input.object), state_(initial_state(object_)) {
    LiftedProgram lifted = lift_program(object_, *input.program, options);
    formats_ = lifted.trace_formats;
    host_.environment = input.environment;
    host_.formats = &formats_;
    for (const MapDefinition& map : object_.maps) {
      host_.definitions.push_back(&map);
      host_.maps.push_back(has_contents(map.type) ? &state_[map.name] : nullptr);
    }
    compile(std::move(lifted));
  }

  void set_maps(const MapState& given) override {
    check_maps(given, object_);
    for (const auto& [name, contents] : given)
      state_[name] = complete_contents(*find_map(object_, name), contents);
  }
  MapState maps() override { return state_; }

  std::vector<PacketResult> run(std::span<const Packet> packets) override {
    std::vector<PacketResult> results;
    for (const Packet& packet : packets)
      results.push_back(run_one(packet));
    return results;
  }

private:
  template <class T> T check(llvm::Expected<T> value) {
    if (!value)
      throw std::runtime_error(llvm::toString(value.takeError()));
    return std::move(*value);
  }
  void check(llvm::Error error) {
    if (error)
      throw std::runtime_error(llvm::toString(std::move(error)));
  }

  void compile(LiftedProgram lifted) {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    jit_ = check(llvm::orc::LLJITBuilder().create());
    lifted.module->setDataLayout(jit_->getDataLayout());
    Numbered(*lifted.module).define();
    align_atomics(*lifted.module);
    define_symbols();
    check(jit_->addIRModule(
        llvm::orc::ThreadSafeModule(std::move(lifted.module), std::move(lifted.context))));
    program_ = check(jit_->lookup("pw.program")).toPtr<void()>();
  }

  void define_symbols() {
    llvm::orc::SymbolMap symbols;
    const auto define = [&](const char* name, auto* address) {
      symbols[jit_->mangleAndIntern(name)] = {llvm::orc::ExecutorAddr::fromPtr(address),
                                              llvm::JITSymbolFlags::Exported};
    };
    define("pw.packet", host_.packet.data());
    define("pw.length", host_length);
    define("pw.ifindex", host_ifindex);
    define("pw.rxq", host_rxq);
    define("pw.cpu", host_cpu);
    define("pw.seed", host_seed);
    define("pw.packet_index", host_index);
    define("pw.time", host_time);
    define("pw.exit", host_exit);
    define("host.find", host_find);
    define("host.update", host_update);
    define("host.delete", host_delete);
    define("host.trace", host_trace);
    define("host.event", host_event);
    check(jit_->getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols))));
  }

  PacketResult run_one(const Packet& packet) {
    host_.packet.fill(0);
    std::ranges::copy(packet.bytes, host_.packet.begin() + origin);
    host_.length = std::uint32_t(packet.bytes.size());
    host_.time = host_.environment.time == Environment::Time::Capture
                     ? packet.time_ns
                     : std::uint64_t{host_.index} * 4;
    host_.trace.clear();
    host_.events.clear();
    host = &host_;
    program_();
    ++host_.index;
    host_.detached.clear();
    fill(packet);
    return result();
  }

  // Received bytes from `fill` on are zeros unless they were written, which is told by their value.
  void fill(const Packet& packet) {
    std::uint8_t* bytes = host_.packet.data() + origin;
    for (std::size_t at = host_.exit.fill; at < packet.bytes.size(); ++at)
      if (bytes[at] == packet.bytes[at])
        bytes[at] = 0;
  }

  PacketResult result() const {
    const auto& e = host_.exit;
    PacketResult r;
    r.retval = e.retval;
    r.length = e.tail - e.head;
    if (leaves(r.retval)) {
      const std::uint8_t* first = host_.packet.data() + origin + std::int32_t(e.head);
      r.bytes.assign(first, first + r.length);
    }
    r.redirect = redirect_target(object_, e.retval, e.redirect_map, e.redirect_key,
                                 e.redirect_ifindex, e.redirect_flags);
    r.trace = host_.trace;
    r.events = host_.events;
    return r;
  }

  const Object& object_;
  MapState state_;
  std::vector<std::string> formats_;
  Host host_;
  std::unique_ptr<llvm::orc::LLJIT> jit_;
  void (*program_)() = nullptr;
};

} // namespace

std::unique_ptr<Engine> make_lifted_engine(const EngineInput& input, const LiftOptions& options) {
  return std::make_unique<LiftedEngine>(input, options);
}

} // namespace pw
