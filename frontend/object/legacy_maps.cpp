#include "frontend/object/legacy_maps.h"
namespace pw::object {
Bytes translate_legacy_maps(const Bytes& image) { return image; }
std::vector<std::string> legacy_map_names(const ElfFile& original) { return {}; }
} // namespace pw::object
