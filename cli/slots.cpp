#include "cli/slots.h"

namespace pw::cli {

Json slots_json(const Object& object, const pipeline::Pipeline& p) {
  Json all = Json::object();
  for (const pipeline::Map& m : p.maps)
    for (const auto& [slot, program] : object.maps.at(m.object_index).initial_programs)
      all[m.name][std::to_string(slot)] = program;
  return all;
}

std::string slots_text(const Object& object, const pipeline::Pipeline& p) {
  std::string text;
  for (const pipeline::Map& m : p.maps) {
    std::string slots;
    for (const auto& [slot, program] : object.maps.at(m.object_index).initial_programs)
      slots += (slots.empty() ? " " : ", ") + std::to_string(slot) + " " + program;
    if (!slots.empty())
      text += "tail calls by " + m.name + ":" + slots + "\n";
  }
  return text;
}

} // namespace pw::cli
