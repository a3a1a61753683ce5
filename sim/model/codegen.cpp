#include "sim/model/codegen.h"

#include "sim/model/emitter.h"

#include <llvm/IR/Module.h>

#include <algorithm>

namespace pw::model {

namespace {
void generate_chunk(llvm::Module& module, const std::string& name, const Chunk& chunk,
                    const pipeline::Pipeline& pipeline, const Plan& plan, HostTables& tables,
                    Ports& ports) {
  auto& context = module.getContext();
  auto* type = llvm::FunctionType::get(llvm::Type::getVoidTy(context),
                                       {llvm::PointerType::getUnqual(context)}, false);
  auto* function = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, name, module);
  function->addFnAttr(llvm::Attribute::NoUnwind);
  llvm::IRBuilder<> builder(llvm::BasicBlock::Create(context, "", function));
  Emitter emitter(builder, pipeline, plan, tables, ports, function->getArg(0));
  for (const unsigned operation : chunk.operations)
    if (chunk.phase == Phase::Access)
      emitter.access(operation);
    else
      emitter.operation(operation);
  emitter.handles(chunk.handles);
  if (chunk.results)
    emitter.results();
  builder.CreateRetVoid();
}
} // namespace

std::unique_ptr<llvm::Module> generate_code(llvm::LLVMContext& context,
                                            const pipeline::Pipeline& pipeline, const Plan& plan,
                                            HostTables& tables, Ports& ports) {
  auto module = std::make_unique<llvm::Module>("model", context);
  for (std::size_t i = 0; i < plan.chunks.size(); ++i)
    generate_chunk(*module, "chunk" + std::to_string(i), plan.chunks[i], pipeline, plan, tables,
                   ports);
  return module;
}

std::uint64_t pw_model_find(const void* table, const std::uint8_t* key) {
  return static_cast<const MapTable*>(table)->find(key);
}

void pw_model_packet_read(const void* record, std::int32_t at, std::uint8_t* to,
                          std::uint32_t count) {
  const auto& packet = *static_cast<const Record*>(record);
  const auto length = std::int64_t(packet.length);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::int64_t from = std::int64_t(at) + i;
    to[i] = from >= 0 && from < length ? packet.packet[from] : 0;
  }
}

void pw_model_find_access(void* port, std::uint32_t number, const std::uint8_t* key,
                          std::uint32_t remove, std::uint32_t stamp) {
  Port& to = *static_cast<Port*>(port);
  to.asked = to.finds[number - 1].enable = true;
  to.finds[number - 1].remove = remove != 0;
  to.finds[number - 1].stamp = stamp;
  std::copy_n(key, to.keys[number].size(), to.keys[number].data());
}

void pw_model_access(void* port, const std::uint8_t* key, std::uint32_t insert,
                     std::uint32_t remove, std::uint32_t stamp) {
  Port& to = *static_cast<Port*>(port);
  to.asked = to.access.enable = true;
  to.access.insert = insert != 0;
  to.access.remove = remove != 0;
  to.access.stamp = stamp;
  std::copy_n(key, to.keys[0].size(), to.keys[0].data());
}

void pw_model_event(void* record, const void* operation, std::uint32_t number,
                    std::uint32_t length, const std::uint8_t* data, std::uint32_t copied,
                    std::int32_t head, const std::uint8_t* bytes) {
  const auto& op = *static_cast<const pipeline::Operation*>(operation);
  std::vector<std::uint8_t> event(length + copied);
  std::copy_n(data, length, event.data());
  pw_model_packet_read(record, head, event.data() + length, copied);
  for (std::size_t i = 0; i < op.coordinates.size(); ++i)
    if (const std::int64_t at = std::int64_t(op.coordinates[i]) - head; at >= 0 && at < copied)
      event[length + std::size_t(at)] = bytes[i];
  auto& from = *static_cast<Record*>(record);
  from.events->push_back({number, op.map, from.packet_index, std::move(event)});
}

void pw_model_trace(void* record, std::uint32_t operation, std::uint32_t format, std::uint64_t a,
                    std::uint64_t b, std::uint64_t c) {
  static_cast<Record*>(record)->trace->push_back({operation, format, {a, b, c}});
}

} // namespace pw::model
