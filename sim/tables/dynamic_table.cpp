#include "sim/tables/dynamic_table.h"

#include "ir/prefixes.h"
#include "ir/table_reserve.h"
#include "sim/tables/prefix_table.h"
#include "sim/tables/table_core.h"

namespace pw {

using namespace table_core;

DynamicTable::DynamicTable(const Shape& s) : core_(std::make_unique<Core>(s)) {}

DynamicTable::DynamicTable(const pipeline::Pipeline& p, unsigned map)
    : DynamicTable(Shape{.key_bytes = p.maps[map].key_bytes,
                         .max_entries = p.maps[map].max_entries,
                         .ways = p.maps[map].ways,
                         .places = p.maps[map].places,
                         .row_bits = p.maps[map].row_bits,
                         .stash = p.maps[map].stash,
                         .reserve = pipeline::table_reserve(p, map),
                         .lru = p.maps[map].lru,
                         .prefixes = holds_prefixes(p.maps[map]),
                         .last = pipeline::table_last(p, map),
                         .margin = pipeline::table_margin(p, map),
                         .finds = pipeline::table_finds(p, map)}) {}

DynamicTable::~DynamicTable() = default;
DynamicTable::DynamicTable(DynamicTable&&) noexcept = default;
DynamicTable& DynamicTable::operator=(DynamicTable&&) noexcept = default;

DynamicTable::Result DynamicTable::clock(const Access& a, std::span<const Find> finds) {
  return core_->prefixes ? core_->prefixes->clock(a, finds) : core_->clock(a, finds);
}
DynamicTable::Result DynamicTable::next() const {
  return core_->prefixes ? core_->prefixes->next() : core_->result;
}
DynamicTable::Result DynamicTable::next_find(unsigned port) const {
  if (core_->prefixes)
    return core_->prefixes->next_find(port);
  return core_->shape.lru ? core_->found_before[port] : core_->found[port];
}
bool DynamicTable::hold() const { return core_->holds; }
bool DynamicTable::crowded() const { return core_->crowded; }
bool DynamicTable::settled() const {
  return core_->prefixes ? core_->prefixes->settled() : core_->settled();
}

DynamicTable::Result DynamicTable::insert(const std::uint8_t* key) {
  if (core_->prefixes)
    return core_->prefixes->insert(key);
  return core_->host({.enable = true, .insert = true, .key = key});
}
DynamicTable::Result DynamicTable::remove(const std::uint8_t* key) {
  if (core_->prefixes)
    return core_->prefixes->remove(key);
  return core_->host({.enable = true, .remove = true, .key = key});
}
void DynamicTable::clear() { core_->prefixes ? core_->prefixes->clear() : core_->restart(); }
void DynamicTable::settle() {
  while (!settled())
    clock({}, {});
}

DynamicTable::Result DynamicTable::find(const std::uint8_t* key) const {
  if (core_->prefixes)
    return core_->prefixes->find(key);
  Op op;
  core_->locate(key, op);
  const std::uint32_t place = core_->find_place(key, op);
  return place == nowhere ? Result{}
                          : Result{.found = true, .hit = true, .slot = core_->slot_of[place]};
}

void DynamicTable::for_each(
    const std::function<void(const std::uint8_t*, std::uint32_t)>& visit) const {
  for (std::uint32_t p = 0; p < place_count(); ++p)
    if (const Entry entry = place(p); entry.key != nullptr)
      visit(entry.key, entry.slot);
}

std::uint32_t DynamicTable::size() const {
  return core_->prefixes ? core_->prefixes->size() : core_->slots.used();
}
const DynamicTable::Shape& DynamicTable::shape() const {
  return core_->prefixes ? core_->prefixes->shape() : core_->shape;
}
const DynamicTable::Counters& DynamicTable::counters() const { return core_->counters; }
DynamicTable::Entry DynamicTable::place(std::uint32_t number) const {
  return core_->prefixes ? core_->prefixes->place(number) : core_->place(number);
}
std::uint32_t DynamicTable::place_count() const {
  return core_->prefixes ? shape().max_entries : core_->rows_end + core_->shape.stash;
}

} // namespace pw
