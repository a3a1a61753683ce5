// Stores to map values, which the card doesn't know: the value is copied to the stack, changed
// there, and given to the update helper with the key of the lookup that found it:
//
//   call lookup(map, key)              K = *key; call lookup(map, &K)
//   ...                                ...
//   *(u32 *)(r0 + 4) = r3         ->   V = *r0; V[4..7] = r3
//   *(u32 *)(r0 + 8) = r4              V[8..11] = r4; call update(map, &K, &V)
//
// K and V are places on the stack that nothing else uses. Stores that follow each other in a block
// go into one update. A hash map may put the changed value elsewhere: pointers to the entry that
// are still needed come from a second lookup; an entry that is gone by then ends the program with
// XDP_ABORTED. Other engines of the card may change the value between the copy and the update.
#include "backends/nfp/offload/arguments.h"
#include "backends/nfp/offload/origins.h"
#include "backends/nfp/offload/passes.h"

#include <algorithm>
#include <set>

namespace pw::nfp::offload {
namespace {

using namespace isa;
using verify::Kind;

constexpr RegisterSet caller_saved = 0x3f;

struct Group { // of stores, ascending
  std::vector<unsigned> stores;
  unsigned lookup = 0;
  std::uint32_t map = 0;
  std::vector<bool> covered; // bytes of the value
};

struct Frame {                 // of a function: what the pass takes below the program's own bytes
  std::map<unsigned, int> key; // by origin: offset from r10
  unsigned bytes = 0;          // of the keys
};

class MapStores {
public:
  explicit MapStores(Draft& draft)
      : draft_(draft), facts_(draft.facts()), origins_(find_origins(facts_)) {}

  bool run() {
    find_counted();
    for (const auto& [first, function] : facts_.explored.graph->functions())
      for (const verify::Block& block : function.blocks)
        if (block.last < facts_.before.size())
          find_groups(block);
    if (groups_.empty())
      return false;
    for (const Group& g : groups_)
      reserve(g);
    for (const Group& g : groups_)
      rewrite(g);
    for (const auto& [origin, map] : lookups_)
      for (const unsigned lookup : origins_.lookups(origin))
        keep_key(lookup, origin, map);
    draft_.replace(instead_);
    return true;
  }

private:
  const MapDefinition& map(std::uint32_t index) const { return draft_.object.maps.at(index); }
  const Known& before(unsigned insn, Register r) const { return facts_.before[insn][r]; }

  // Maps with counters: a copy of those would be old when it is written back.
  void find_counted() {
    for (unsigned i = 0; i < facts_.before.size(); ++i)
      if (facts_.explored.code[i] && facts_.reached[i])
        if (const auto* a = std::get_if<Atomic>(&*facts_.explored.code[i]))
          counted_.insert(before(i, a->base).index);
  }

  void find_groups(const verify::Block& block) {
    std::optional<Group> open;
    const auto close = [&] {
      if (open)
        groups_.push_back(*std::exchange(open, std::nullopt));
    };
    for (unsigned i = block.first; i <= block.last; ++i) {
      if (!facts_.explored.code[i] || !facts_.reached[i])
        continue;
      const Instruction& insn = *facts_.explored.code[i];
      if (open && ends(*open, i, insn))
        close();
      if (const auto* store = std::get_if<Store>(&insn))
        if (before(i, store->base).may_be(Kind::MapValue) && can_be_updated(i, *store))
          add(open, i, *store);
    }
    close();
  }

  bool ends(const Group& g, unsigned insn, const Instruction& i) const {
    if (const auto* store = std::get_if<Store>(&i))
      return before(insn, store->base).may_be(Kind::MapValue) &&
             !(can_be_updated(insn, *store) &&
               origins_.before[insn].regs[store->base] == int(g.lookup));
    if (const auto* load = std::get_if<Load>(&i))
      return before(insn, load->base).may_be(Kind::MapValue) && reads_changed(g, insn, *load);
    return std::holds_alternative<CallHelper>(i) || std::holds_alternative<CallLocal>(i) ||
           std::holds_alternative<CallKfunc>(i) || std::holds_alternative<Jump>(i) ||
           std::holds_alternative<isa::Exit>(i) || std::holds_alternative<Atomic>(i) ||
           std::holds_alternative<LoadPacket>(i);
  }

  bool reads_changed(const Group& g, unsigned insn, const Load& l) const {
    const Known& k = before(insn, l.base);
    if (!k.one_index || !k.constant_offset())
      return true;
    if (k.index != g.map)
      return false;
    for (unsigned b = 0; b < l.bytes; ++b)
      if (g.covered.at(std::size_t(k.low + l.offset) + b))
        return true;
    return false;
  }

  bool can_be_updated(unsigned insn, const Store& store) const {
    const Known& k = before(insn, store.base);
    const int origin = origins_.before[insn].regs[store.base];
    if (store.base > 9 || !k.is(Kind::MapValue) || !k.one_index || !k.constant_offset() ||
        origin < 0 || counted_.contains(k.index))
      return false;
    const MapDefinition& m = map(k.index);
    const bool known = m.type == BPF_MAP_TYPE_ARRAY || m.type == BPF_MAP_TYPE_HASH;
    return known && m.global == GlobalData::None && !m.spin_lock &&
           (k.low + store.offset) % store.bytes == 0 && keys_can_be_copied(unsigned(origin)) &&
           (m.type == BPF_MAP_TYPE_ARRAY || pointers_can_be_renewed(insn, k.index, origin));
  }

  bool keys_can_be_copied(unsigned lookup) const {
    return std::ranges::all_of(origins_.lookups(lookup), [&](unsigned l) {
      const Known& key = before(l, 2);
      return key.is(Kind::Stack) || key.is(Kind::Packet) || key.is(Kind::MapValue);
    });
  }

  // Every pointer to an entry of this map that is needed later: in a register, from this lookup, at
  // a known offset.
  bool pointers_can_be_renewed(unsigned insn, std::uint32_t index, int origin) const {
    bool any = false;
    for (Register r = 0; r < 10; ++r) {
      const Known& k = before(insn, r);
      const bool needed = (facts_.live_after[insn] >> r & 1) && k.may_be(Kind::MapValue) &&
                          !(k.one_index && k.index != index);
      if (needed && (origins_.before[insn].regs[r] != origin || !k.constant_offset()))
        return false;
      any |= needed;
    }
    for (const auto& [slot, held] : origins_.before[insn].slots)
      if (held != no_origin && !(held >= 0 && map_of(unsigned(held)) != index) &&
          slot_needed(insn, slot))
        return false;
    return !any || facts_.function_of(insn).first == 0;
  }

  std::uint32_t map_of(unsigned lookup) const { return before(lookup, 1).index; }

  bool slot_needed(unsigned insn, int slot) const {
    const verify::Function& f = facts_.function_of(insn);
    const verify::Block& block = facts_.block_of(insn);
    for (unsigned i = insn + 1; i <= block.last; ++i)
      if (facts_.explored.code[i])
        if (const auto* load = std::get_if<Load>(&*facts_.explored.code[i]))
          if (before(i, load->base).may_be(Kind::Stack))
            return true;
    return std::ranges::any_of(block.successors,
                               [&](unsigned s) { return f.slot_live(f.blocks[s].slots_in, slot); });
  }

  void add(std::optional<Group>& open, unsigned insn, const Store& store) {
    const Known& k = before(insn, store.base);
    if (!open) {
      open.emplace();
      open->lookup = unsigned(origins_.before[insn].regs[store.base]);
      open->map = k.index;
      open->covered.resize(map(k.index).value_size);
    }
    open->stores.push_back(insn);
    for (unsigned b = 0; b < store.bytes; ++b)
      open->covered.at(std::size_t(k.low + store.offset) + b) = true;
  }

  // ---- room ----

  Frame& frame(unsigned insn) { return frames_[facts_.function_of(insn).first]; }

  void reserve(const Group& g) {
    Frame& f = frame(g.lookup);
    const int base = -int(rounded_frame(facts_, g.lookup));
    if (lookups_.emplace(g.lookup, g.map).second) {
      f.bytes += (map(g.map).key_size + 7) / 8 * 8;
      f.key[g.lookup] = base - int(f.bytes);
    }
    value_bytes_[facts_.function_of(g.lookup).first] = std::max(
        value_bytes_[facts_.function_of(g.lookup).first], (map(g.map).value_size + 7) / 8 * 8);
  }

  unsigned reserved(unsigned insn) {
    return frame(insn).bytes + value_bytes_[facts_.function_of(insn).first];
  }
  int value_slot(unsigned insn) { return -int(rounded_frame(facts_, insn)) - int(reserved(insn)); }

  // ---- code ----

  void address(Sequence& code, Register r, int slot) const {
    code.move(true, r, 10);
    code.alu_imm(true, BPF_ADD, r, slot);
  }

  void keep_key(unsigned lookup, unsigned origin, std::uint32_t index) {
    Site site(facts_, lookup, reserved(lookup));
    const int slot = frame(lookup).key.at(origin);
    copy_memory(site.code, {.base = 2, .known = site.before(2)}, slot, map(index).key_size, 0);
    address(site.code, 2, slot);
    site.code.raw(draft_.program.insns[lookup]);
    instead_[lookup] = site.finish();
  }

  void rewrite(const Group& g) {
    for (const unsigned i : g.stores) {
      const auto& store = std::get<Store>(*facts_.explored.code[i]);
      Site site(facts_, i, reserved(i));
      for (Register r = 0; r < 10; ++r)
        if (pointers(i, g) >> r & 1)
          site.keep(r); // it may be renewed
      if (i == g.stores.front())
        copy_value(site, g, store);
      change(site, store);
      if (i == g.stores.back())
        update(site, g);
      instead_[i] = site.finish();
    }
    draft_.note(g.stores.front(), "PW-NFP-305",
                "a store to a value of map '" + map(g.map).name +
                    "' becomes a call of bpf_map_update_elem, which is not atomic",
                "the card doesn't store to map values; another engine's change in between is lost",
                true);
  }

  void copy_value(Site& site, const Group& g, const Store& store) {
    const Known& pointer = site.before(store.base);
    const Register by = site.scratch();
    const unsigned size = map(g.map).value_size;
    for (unsigned done = 0; done < size;) {
      unsigned n = 8;
      while (done + n > size)
        n /= 2;
      const auto first = g.covered.begin() + done;
      if (!std::all_of(first, first + n, [](bool b) { return b; })) {
        site.code.load(n, by, store.base, int(done) - int(pointer.low));
        site.code.store(n, 10, value_slot(site.insn) + int(done), by);
      }
      done += n;
    }
  }

  void change(Site& site, const Store& store) {
    const int at = value_slot(site.insn) + int(site.before(store.base).low) + store.offset;
    if (store.src.reg)
      return site.code.store(store.bytes, 10, at, *store.src.reg);
    const Register value = site.scratch();
    site.code.set(value, std::uint64_t(store.src.imm));
    site.code.store(store.bytes, 10, at, value);
  }

  RegisterSet pointers(unsigned insn, const Group& g) const {
    RegisterSet set = 0;
    for (Register r = 0; r < 10; ++r)
      if ((facts_.live_after[insn] >> r & 1) && before(insn, r).is(Kind::MapValue) &&
          before(insn, r).index == g.map)
        set |= RegisterSet(1u << r);
    return set;
  }

  void update(Site& site, const Group& g) {
    const bool hash = map(g.map).type == BPF_MAP_TYPE_HASH;
    const RegisterSet renewed = hash ? pointers(site.insn, g) : RegisterSet(0);
    site.save(RegisterSet(caller_saved & ~renewed));
    call(site, g, BPF_FUNC_map_update_elem);
    if (renewed == 0)
      return;
    call(site, g, BPF_FUNC_map_lookup_elem);
    const auto found = site.code.label();
    site.code.jump_imm(true, BPF_JNE, 0, 0, found);
    site.code.exit();
    site.code.place(found);
    for (Register r = 9; r < 10; --r) // r0 last
      if (renewed >> r & 1) {
        if (r != 0)
          site.code.move(true, r, 0);
        if (const auto offset = site.before(r).low; offset != 0)
          site.code.alu_imm(true, BPF_ADD, r, std::int32_t(offset));
      }
  }

  void call(Site& site, const Group& g, std::uint32_t helper) {
    const bool hash = map(g.map).type == BPF_MAP_TYPE_HASH;
    site.code.map(1, g.map);
    address(site.code, 2, frame(site.insn).key.at(g.lookup));
    if (helper == BPF_FUNC_map_update_elem) {
      address(site.code, 3, value_slot(site.insn));
      site.code.set(4, hash ? BPF_EXIST : BPF_ANY);
    }
    site.code.call(helper);
  }

  Draft& draft_;
  const Facts& facts_;
  OriginMap origins_;
  std::set<std::uint32_t> counted_;
  std::vector<Group> groups_;
  std::map<unsigned, std::uint32_t> lookups_; // origins whose keys are kept, with their maps
  std::map<unsigned, Frame> frames_;          // by first instruction of the function
  std::map<unsigned, unsigned> value_bytes_;
  std::map<unsigned, Insns> instead_;
};

} // namespace

bool rewrite_map_stores(Draft& draft) { return MapStores(draft).run(); }

} // namespace pw::nfp::offload
