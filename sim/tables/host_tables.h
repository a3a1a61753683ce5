// The host's side of all maps of an object: those in the pipeline as tables, the others (which the
// program never touches) as plain contents. Shared by model and rtl.
#pragma once

#include "sim/tables/map_table.h"

#include <deque>

namespace pw {

class HostTables {
public:
  // Contents are as the object says before the first packet. Both arguments must outlive this.
  HostTables(const Object&, const pipeline::Pipeline&);

  // As Engine::set_maps.
  void set(const MapState&);
  MapState state() const;

  std::size_t size() const { return tables_.size(); }
  MapTable& table(std::size_t m) { return tables_[m]; } // by index into Pipeline::maps
  const MapTable& table(std::size_t m) const { return tables_[m]; }

private:
  MapTable* table_of(const std::string& name);
  const MapTable* table_of(const std::string& name) const;
  const MapTable* hardware_of(const MapDefinition&) const;
  void give_filter(const MapDefinition&, const MapContents&);
  MapContents filter_contents(const MapTable& bits) const;
  void give(const MapDefinition&, const MapContents& complete);
  void give_part(unsigned joined, unsigned part, const MapContents& complete);
  MapContents contents_of(const MapTable&, const MapDefinition&) const;
  void take_parts(const MapTable&, const MapDefinition&, MapState&) const;
  void give_queue(const MapDefinition&, const MapContents&);
  MapContents queue_contents(const MapDefinition&) const;

  const Object* object_;
  const pipeline::Pipeline* pipeline_;
  std::deque<MapTable> tables_; // by index into Pipeline::maps; addresses stay valid
  MapState untouched_;          // maps that are not in the pipeline
  MapState slots_;              // by slot, of queues whose values the program only throws away
};

} // namespace pw
