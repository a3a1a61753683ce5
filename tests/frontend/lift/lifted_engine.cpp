#include "tests/frontend/lift/lifted_engine.h"

#include "sim/maps/contents.h"
#include "sim/trace_format.h"

#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/TargetSelect.h>

#include <array>
#include <cstring>

namespace pw {
namespace {

constexpr std::size_t origin = 512; // of coordinate 0 in the packet's memory

// What the compiled program sees of the host.
struct Host {
  std::array<std::uint8_t, 66048> packet{};
  std::vector<MapContents*> maps; // by index in the object; nullptr: has no contents
  std::vector<unsigned> key_sizes;
  Environment environment;
  std::uint32_t length = 0, index = 0;
  std::uint64_t time = 0;
  const std::vector<std::string>* formats = nullptr;
  std::vector<std::string> trace;
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

void* host_find(std::uint32_t map, const std::uint8_t* key) {
  MapContents& contents = *host->maps.at(map);
  const auto found = contents.find(std::vector<std::uint8_t>(key, key + host->key_sizes[map]));
  return found == contents.end() ? nullptr : found->second.data();
}

void host_trace(std::uint32_t format, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  const std::array<std::uint64_t, 3> numbers{a, b, c};
  host->trace.push_back(format_trace(host->formats->at(format), numbers).value_or("?"));
}

void host_exit(std::uint32_t retval, std::uint32_t head, std::uint32_t tail, std::uint32_t fill,
               std::uint32_t trap, std::uint32_t map, std::uint32_t key, std::uint32_t ifindex,
               std::uint64_t flags) {
  host->exit = {retval, head, tail, fill, trap, map, key, ifindex, flags};
}

// find, value and trace become calls of one host function each, with their number as an argument.
void define_numbered(llvm::Module& m) {
  llvm::IRBuilder<> b(m.getContext());
  const auto find = m.getOrInsertFunction("host.find", b.getPtrTy(), b.getInt32Ty(), b.getPtrTy());
  const auto trace = m.getOrInsertFunction("host.trace", b.getVoidTy(), b.getInt32Ty(),
                                           b.getInt64Ty(), b.getInt64Ty(), b.getInt64Ty());
  for (llvm::Function& f : m) {
    const llvm::StringRef name = f.getName();
    const bool map = name.starts_with("pw.map."), printk = name.starts_with("pw.trace.");
    if (!map && !printk)
      continue;
    unsigned number = 0;
    name.substr(name.rfind('.') + 1).getAsInteger(10, number);
    f.setMemoryEffects(llvm::MemoryEffects::unknown());
    b.SetInsertPoint(llvm::BasicBlock::Create(m.getContext(), "", &f));
    if (printk) {
      b.CreateCall(trace, {b.getInt32(number), f.getArg(0), f.getArg(1), f.getArg(2)});
      b.CreateRetVoid();
      continue;
    }
    llvm::Value* key = f.arg_empty() ? b.getInt32(0) : static_cast<llvm::Value*>(f.getArg(0));
    llvm::Value* memory = b.CreateAlloca(key->getType());
    b.CreateStore(key, memory);
    b.CreateRet(b.CreateCall(find, {b.getInt32(number), memory}));
  }
}

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
      host_.key_sizes.push_back(map.key_size);
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
    define_numbered(*lifted.module);
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
    define("host.trace", host_trace);
    check(jit_->getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols))));
  }

  PacketResult run_one(const Packet& packet) {
    host_.packet.fill(0);
    std::memcpy(host_.packet.data() + origin, packet.bytes.data(), packet.bytes.size());
    host_.length = std::uint32_t(packet.bytes.size());
    host_.time = host_.environment.time == Environment::Time::Capture
                     ? packet.time_ns
                     : std::uint64_t{host_.index} * 4;
    host_.trace.clear();
    host = &host_;
    program_();
    ++host_.index;
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
