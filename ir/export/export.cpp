#include "ir/export/export.h"

#include "ir/passes/report.h"
#include "ir/schedule/memory.h"
#include "ir/schedule/ports.h"
#include "ir/prefixes.h"
#include "ir/table_reserve.h"
#include "support/table_shape.h"

#include <set>

namespace pw::ir {

namespace {

using mlir::Value;
using pipeline::Operation;
using pipeline::OpKind;
using pipeline::Pipeline;
using pipeline::ValueId;
namespace arith = mlir::arith;

class Exporter {
public:
  Exporter(mlir::ModuleOp module, const Object& object) : module_(module), object_(object) {
    for (const Program& program : object.programs)
      for (const LineInfo& line : program.lines)
        text_[{line.location.file, line.location.line}] = line.location.text;
  }
  Pipeline run(PipelineOp pipeline);
  static void finish(Pipeline& p, const CompileOptions& options);

private:
  void add_map(MapOp map);
  void add_stage(StageOp stage);
  void add_region(StageOp stage);
  void add(mlir::Operation& op, unsigned stage);
  void add_access(mlir::Operation& op, Operation& out);
  void add_compare(arith::CmpIOp op, Operation& out);
  void add_event(EventOp event, Operation& out);
  void add_exit(ExitOp exit, unsigned stage);
  void operand(Operation& out, Value v) { out.operands.push_back(id(v)); }
  ValueId id(Value v);
  SourceLocation located(mlir::Location where);

  mlir::ModuleOp module_;
  const Object& object_;
  Pipeline out_;
  llvm::DenseMap<Value, ValueId> ids_;
  std::map<std::string, unsigned> map_index_;
  std::map<std::pair<std::string, unsigned>, std::string> text_;
};

SourceLocation Exporter::located(mlir::Location where) {
  SourceLocation at = source_location(where);
  auto line = text_.find({at.file, at.line});
  if (line != text_.end())
    at.text = line->second;
  return at;
}

// A stage's result is the value that its pw.register names.
ValueId Exporter::id(Value v) {
  if (auto stage = v.getDefiningOp<StageOp>()) {
    auto end = mlir::cast<RegisterOp>(stage.getBody().front().getTerminator());
    return id(end.getValues()[mlir::cast<mlir::OpResult>(v).getResultNumber()]);
  }
  return ids_.at(v);
}

void Exporter::add_map(MapOp map) {
  pipeline::Map m = schedule::shape_of(map);
  m.object_index = unsigned(map.getIndex());
  m.name = map.getSymName().str();
  m.type = static_cast<bpf_map_type>(map.getType());
  map_index_[m.name] = unsigned(out_.maps.size());
  out_.maps.push_back(std::move(m));
}

const std::map<llvm::StringRef, OpKind>& plain_kinds() {
  static const std::map<llvm::StringRef, OpKind> kinds = {
      {"arith.addi", OpKind::Add},     {"arith.subi", OpKind::Sub},
      {"arith.muli", OpKind::Mul},     {"arith.andi", OpKind::And},
      {"arith.ori", OpKind::Or},       {"arith.xori", OpKind::Xor},
      {"arith.shli", OpKind::Shl},     {"arith.shrui", OpKind::Lshr},
      {"arith.shrsi", OpKind::Ashr},   {"arith.select", OpKind::Select},
      {"arith.extui", OpKind::Zext},   {"arith.extsi", OpKind::Sext},
      {"arith.trunci", OpKind::Trunc}, {"pw.concat", OpKind::Concat}};
  return kinds;
}

void Exporter::add_compare(arith::CmpIOp op, Operation& out) {
  using P = arith::CmpIPredicate;
  using C = pipeline::Compare;
  static const std::map<P, std::pair<C, bool>> predicates = {
      // bool: operands change places
      {P::eq, {C::Eq, false}},   {P::ne, {C::Ne, false}},   {P::ult, {C::Ult, false}},
      {P::ule, {C::Ule, false}}, {P::ugt, {C::Ult, true}},  {P::uge, {C::Ule, true}},
      {P::slt, {C::Slt, false}}, {P::sle, {C::Sle, false}}, {P::sgt, {C::Slt, true}},
      {P::sge, {C::Sle, true}}};
  auto [how, swapped] = predicates.at(op.getPredicate());
  out.kind = OpKind::Compare;
  out.compare = how;
  operand(out, swapped ? op.getRhs() : op.getLhs());
  operand(out, swapped ? op.getLhs() : op.getRhs());
}

void Exporter::add_access(mlir::Operation& op, Operation& out) {
  out.map = map_index_.at(op.getAttrOfType<mlir::FlatSymbolRefAttr>("map").getValue().str());
  if (auto find = mlir::dyn_cast<FindOp>(op)) {
    out.kind = OpKind::MapFind;
    operand(out, find.getEnable());
    operand(out, find.getKey());
  } else if (auto access = mlir::dyn_cast<AccessOp>(op)) {
    out.kind = OpKind::MapAccess;
    for (Value v : {Value(access.getEnable()), Value(access.getKey()), Value(access.getInsert()),
                    Value(access.getRemove())})
      operand(out, v);
    if (access.getStamp())
      operand(out, access.getStamp());
    out.port = schedule::port_of(access);
  } else if (auto read = mlir::dyn_cast<ReadOp>(op)) {
    out.kind = OpKind::MapRead;
    out.column = unsigned(read.getColumn());
    operand(out, read.getEnable());
    operand(out, read.getHandle());
    if (read.getIndex())
      operand(out, read.getIndex());
  } else {
    auto write = mlir::cast<WriteOp>(op);
    out.kind = OpKind::MapWrite;
    out.column = unsigned(write.getColumn());
    out.byte_enables.assign(write.getByteEnables().begin(), write.getByteEnables().end());
    out_.maps[out.map].columns[out.column].written = true;
    for (Value v : {Value(write.getEnable()), Value(write.getHandle()), Value(write.getData())})
      operand(out, v);
    if (write.getIndex())
      operand(out, write.getIndex());
  }
}

void Exporter::add_event(EventOp event, Operation& out) {
  const auto map = unsigned(event.getMap());
  auto known = llvm::find_if(out_.event_maps, [&](auto& m) { return m.object_index == map; });
  out.kind = OpKind::Event;
  out.map = unsigned(known - out_.event_maps.begin());
  if (known == out_.event_maps.end())
    out_.event_maps.push_back({map, object_.maps.at(map).name, object_.maps.at(map).type});
  for (Value v : event->getOperands())
    operand(out, v);
  if (auto places = event.getCoordinates())
    out.coordinates.assign(places->begin(), places->end());
}

pipeline::Input input_of(llvm::StringRef what) {
  using I = pipeline::Input;
  for (unsigned f = 0; f < skb_input_count; ++f)
    if (what == skb_fields[f].name)
      return I(unsigned(I::Mark) + f);
  static const std::map<llvm::StringRef, I> inputs = {{"length", I::Length},
                                                      {"ifindex", I::Ifindex},
                                                      {"rxq", I::RxQueue},
                                                      {"cpu", I::Cpu},
                                                      {"time", I::Time},
                                                      {"seed", I::Seed},
                                                      {"packet_index", I::PacketIndex}};
  return inputs.at(what);
}

void Exporter::add(mlir::Operation& op, unsigned stage) {
  Operation out;
  out.stage = stage;
  out.location = located(op.getLoc());
  if (auto latency = op.getAttrOfType<mlir::IntegerAttr>("latency"))
    out.latency = unsigned(latency.getInt());
  if (auto c = mlir::dyn_cast<arith::ConstantOp>(op)) {
    llvm::APInt x = mlir::cast<mlir::IntegerAttr>(c.getValue()).getValue();
    out.constant = {x.getBitWidth(), {x.getRawData(), x.getRawData() + x.getNumWords()}};
  } else if (auto in = mlir::dyn_cast<InputOp>(op)) {
    out.kind = OpKind::Input;
    out.input = input_of(in.getWhat());
  } else if (auto field = mlir::dyn_cast<FieldOp>(op)) {
    out.kind = OpKind::PacketField;
    out.offset = int(field.getOffset());
  } else if (auto bits = mlir::dyn_cast<BitsOp>(op)) {
    out.kind = OpKind::Extract;
    out.offset = int(bits.getOffset());
    operand(out, bits.getValue());
  } else if (auto mux = mlir::dyn_cast<MuxOp>(op)) {
    out.kind = OpKind::Mux;
    for (auto [c, v] : llvm::zip(mux.getConditions(), mux.getValues())) {
      operand(out, c);
      operand(out, v);
    }
  } else if (auto read = mlir::dyn_cast<PacketReadOp>(op)) {
    out.kind = OpKind::PacketRead;
    operand(out, read.getEnable());
    operand(out, read.getAt());
  } else if (auto put = mlir::dyn_cast<PutOp>(op)) {
    out.kind = OpKind::PacketWrite;
    out.offset = int(std::int64_t(put.getOffset()));
    operand(out, put.getEnable());
    operand(out, put.getData());
  } else if (auto trace = mlir::dyn_cast<TraceOp>(op)) {
    out.kind = OpKind::Trace;
    out.format = unsigned(trace.getFormat());
    for (Value v : op.getOperands())
      operand(out, v);
  } else if (auto event = mlir::dyn_cast<EventOp>(op)) {
    add_event(event, out);
  } else if (auto compare = mlir::dyn_cast<arith::CmpIOp>(op)) {
    add_compare(compare, out);
  } else if (mlir::isa<FindOp, AccessOp, ReadOp, WriteOp>(op)) {
    add_access(op, out);
  } else {
    auto kind = plain_kinds().find(op.getName().getStringRef());
    if (kind == plain_kinds().end())
      throw Failure(diagnose("PW-INT-001", "no hardware for " + op.getName().getStringRef().str()));
    out.kind = kind->second;
    for (Value v : op.getOperands())
      operand(out, v);
  }
  if (op.getNumResults()) {
    out.result = ValueId(out_.values.size());
    ids_[op.getResult(0)] = out.result;
    unsigned ready = stage + out.latency;
    auto hint = op.getAttrOfType<mlir::StringAttr>("hint");
    out_.values.push_back({width_of(op.getResult(0)), ready, ready, hint ? hint.str() : ""});
  }
  for (ValueId v : out.operands)
    out_.values[v].last_use = std::max(out_.values[v].last_use, stage);
  out_.operations.push_back(std::move(out));
}

void Exporter::add_region(StageOp stage) {
  auto index = unsigned(stage.getIndex());
  if (out_.regions.size() == stage.getGroup() + 1) {
    out_.regions.back().last_stage = index;
    return;
  }
  pipeline::Region r;
  r.first_stage = r.last_stage = index;
  for (auto lock : stage.getBody().front().getOps<InterlockOp>()) {
    pipeline::Interlock l{map_index_.at(lock.getMap().str()), unsigned(lock.getDistance()), {}};
    l.when_full = lock.getWhenFull();
    for (Value v : lock.getHandles()) {
      l.handles.push_back(id(v));
      out_.values[id(v)].last_use = std::max(out_.values[id(v)].last_use, index);
    }
    r.interlocks.push_back(std::move(l));
  }
  if (!out_.regions.empty()) {
    unsigned before = index - out_.regions.back().first_stage + 2;
    r.fifo_depth = unsigned(llvm::PowerOf2Ceil(before + 1));
  }
  out_.regions.push_back(std::move(r));
}

void Exporter::add_exit(ExitOp exit, unsigned stage) {
  pipeline::Result& r = out_.result;
  ValueId* places[] = {&r.retval,        &r.head,         &r.tail,         &r.fill,
                       &r.trap,          &r.redirect_map, &r.redirect_key, &r.redirect_ifindex,
                       &r.redirect_flags};
  for (auto [v, place] : llvm::zip(exit.getValues(), places)) {
    *place = id(v);
    out_.values[*place].last_use = std::max(out_.values[*place].last_use, stage);
  }
  if (auto fields = exit->getAttrOfType<mlir::DenseI64ArrayAttr>("skb"))
    for (auto [n, field] : llvm::enumerate(fields.asArrayRef())) {
      const ValueId v = id(exit.getValues()[std::size(places) + n]);
      r.skb.push_back({SkbField(field), v});
      out_.values[v].last_use = std::max(out_.values[v].last_use, stage);
    }
  auto head = constant_of(exit.getValues()[1]);
  out_.moves_head = !head || !head->isZero();
  Value tail = exit.getValues()[2];
  while (auto from = tail.getDefiningOp<StageOp>()) {
    auto end = mlir::cast<RegisterOp>(from.getBody().front().getTerminator());
    tail = end.getValues()[mlir::cast<mlir::OpResult>(tail).getResultNumber()];
  }
  auto input = tail.getDefiningOp<InputOp>();
  out_.moves_tail = !input || input.getWhat() != "length";
}

void Exporter::add_stage(StageOp stage) {
  add_region(stage);
  auto index = unsigned(stage.getIndex());
  for (mlir::Operation& op : stage.getBody().front()) {
    if (auto exit = mlir::dyn_cast<ExitOp>(op))
      add_exit(exit, index);
    else if (!mlir::isa<RegisterOp, InterlockOp>(op))
      add(op, index);
  }
}

// All packets on the way to an access may need a place in the stash.
static void choose_stash(Pipeline& p, unsigned number) {
  pipeline::Map& map = p.maps[number];
  const unsigned reserve = table_reserve(p, number);
  map.stash = table_shape(map.max_entries, reserve).stash;
  if (map.stash > widest_stash)
    throw Failure(diagnose("PW-DEV-001", "map '" + map.name +
                                             "' is accessed too long after packets enter: " +
                                             "its table needs a stash of " +
                                             std::to_string(map.stash) + " entries")
                      .limited(std::to_string(widest_stash) + " entries", std::to_string(map.stash))
                      .help("change the map once in the program, and early"));
}

void Exporter::finish(Pipeline& p, const CompileOptions& options) {
  std::set<int> written;
  unsigned window = 0;
  for (const Operation& op : p.operations) {
    if (op.kind == OpKind::PacketField)
      window = std::max(window, unsigned(op.offset) + p.values[op.result].width / 8);
    if (op.kind == OpKind::PacketWrite)
      for (unsigned b = 0; b < p.values[op.operands[1]].width / 8; ++b)
        written.insert(op.offset + int(b));
  }
  for (unsigned m = 0; m < p.maps.size(); ++m)
    if (p.maps[m].kind == pipeline::MapKind::Table && !holds_prefixes(p.maps[m]))
      choose_stash(p, m);
  p.written_bytes.assign(written.begin(), written.end());
  p.window_bytes = std::max(window, options.window.value_or(0));
  p.register_bits = 0;
  for (const pipeline::Value& v : p.values)
    p.register_bits += v.width * (v.last_use - v.defined);
}

Pipeline Exporter::run(PipelineOp pipeline) {
  for (auto map : module_.getOps<MapOp>())
    add_map(map);
  for (auto stage : pipeline.getBody().front().getOps<StageOp>()) {
    add_stage(stage);
    ++out_.stages;
  }
  return std::move(out_);
}

} // namespace

Pipeline export_pipeline(mlir::ModuleOp module, const Object& object, const LiftedProgram& lifted,
                         const CompileOptions& options) {
  Exporter exporter(module, object);
  Pipeline p = exporter.run(*module.getOps<PipelineOp>().begin());
  p.device = options.device;
  p.clock_mhz = options.clock_mhz;
  p.bus_bytes = options.bus_bits / 8;
  p.trace_formats = lifted.trace_formats;
  p.tc = lifted.tc;
  exporter.finish(p, options);
  return p;
}

} // namespace pw::ir
